CREATE TABLE `collections` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`state` text NOT NULL,
	`model_name` text,
	`model` text NOT NULL,
	`dimension` integer NOT NULL,
	`fields` text NOT NULL,
	`table_name` text NOT NULL,
	`table_version` integer NOT NULL,
	`sequence` integer NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `collections_name_unique` ON `collections` (`name`);--> statement-breakpoint
CREATE TABLE `documents` (
	`collection_id` text NOT NULL,
	`id` text NOT NULL,
	`rev` integer NOT NULL,
	`state` text NOT NULL,
	`content_hash` text NOT NULL,
	`text_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`length` integer NOT NULL,
	`title` text,
	`source` text,
	`tags` text,
	`metadata` text NOT NULL,
	`passages` text NOT NULL,
	`text` text NOT NULL,
	PRIMARY KEY(`collection_id`, `id`, `rev`)
);
--> statement-breakpoint
CREATE INDEX `documents_by_state` ON `documents` (`collection_id`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `documents_by_source` ON `documents` (`collection_id`,`source`,`id`);--> statement-breakpoint
CREATE TABLE `seen_fields` (
	`collection_id` text NOT NULL,
	`name` text NOT NULL,
	PRIMARY KEY(`collection_id`, `name`)
);
--> statement-breakpoint
CREATE TABLE `sources` (
	`collection_id` text NOT NULL,
	`source` text NOT NULL,
	`hash` text NOT NULL,
	`documents` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`collection_id`, `source`)
);
