ALTER TABLE `documents` ADD `object_hash` text;--> statement-breakpoint
ALTER TABLE `documents` ADD `object_type` text;--> statement-breakpoint
ALTER TABLE `documents` ADD `object_bytes` integer;--> statement-breakpoint
CREATE INDEX `documents_by_object` ON `documents` (`object_hash`) WHERE "documents"."object_hash" is not null;