"""Makes the folder beside it with txtai 9.14, and prints what txtai answers: python make_index.py"""

import json
import shutil
from pathlib import Path

from txtai import Embeddings

FOLDER = Path(__file__).parent / "keyword-index"

DOCUMENTS = [
    (0, {"text": "Metformin is first-line therapy for type 2 diabetes", "ward": "A", "year": 2020}, "drug"),
    (1, "Insulin glargine is a long-acting basal insulin", None),
    ("stroke", {"text": "Aspirin reduces the risk of recurrent stroke", "n": {"k": [1, 2, {"z": "q"}]}}, None),
    (3, "Statins lower LDL cholesterol and cardiovascular risk", "drug heart"),
    (4, "Type 1 diabetes requires lifelong insulin therapy", None),
    (4, "Beta blockers reduce mortality after myocardial infarction", None),
]

QUESTIONS = [
    "insulin therapy",
    "risk of stroke",
    "diab* ther*",
    "select id, text, score from txtai where similar('insulin therapy') and ward = 'A'",
    "select id, ward, year + 1 next, [n.k[2].z] z, tags from txtai order by id limit 9",
    "select count(*) n, tags from txtai group by tags order by n desc, tags",
    "select indexid, id, data from txtai where year >= 2020 or n.k is not null",
]

shutil.rmtree(FOLDER, ignore_errors=True)
embeddings = Embeddings(keyword=True, content=True)
embeddings.index(DOCUMENTS)
answers = {question: embeddings.search(question) for question in QUESTIONS}
embeddings.save(str(FOLDER))
(FOLDER.parent / "answers.json").write_text(json.dumps(answers, indent=2) + "\n")
