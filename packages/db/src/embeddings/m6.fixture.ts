/** Six sentences that the acceptance cases of this folder are counted on. */
export const M6 = [
  "Metformin is first-line therapy for type 2 diabetes",
  "Insulin glargine is a long-acting basal insulin",
  "Aspirin reduces the risk of recurrent stroke",
  "Statins lower LDL cholesterol and cardiovascular risk",
  "Type 1 diabetes requires lifelong insulin therapy",
  "Beta blockers reduce mortality after myocardial infarction",
] as const;
