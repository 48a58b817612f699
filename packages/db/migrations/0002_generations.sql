CREATE TABLE `aliases` (
	`alias` text PRIMARY KEY NOT NULL,
	`collection_id` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `collections` ADD `replaces` text;--> statement-breakpoint
ALTER TABLE `documents` ADD `origin_rev` integer;