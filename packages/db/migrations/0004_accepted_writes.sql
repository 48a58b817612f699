CREATE TABLE `accepted_writes` (
	`position` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`collection_id` text NOT NULL,
	`state` text NOT NULL,
	`documents` integer NOT NULL,
	`bytes` integer NOT NULL,
	`source` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`outcome` text,
	`payload` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `accepted_writes_id_unique` ON `accepted_writes` (`id`);--> statement-breakpoint
CREATE INDEX `accepted_writes_by_state` ON `accepted_writes` (`state`,`position`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`collection_id` text NOT NULL,
	`key` text NOT NULL,
	`hash` text NOT NULL,
	`response` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`collection_id`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_by_age` ON `idempotency_keys` (`created_at`);