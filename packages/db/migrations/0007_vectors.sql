ALTER TABLE `collections` ADD `metric` text DEFAULT 'cosine' NOT NULL;--> statement-breakpoint
ALTER TABLE `collections` ADD `vectors` text;--> statement-breakpoint
ALTER TABLE `collections` ADD `vector_indexes` text;