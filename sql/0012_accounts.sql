-- A mail is sent by a job that knows it by its `token`, which is also its Message-ID for good. `text` and `html` are emptied
-- once it is sent.
ALTER TABLE {{db}}.`preau_mail`
  ADD COLUMN IF NOT EXISTS `token` char(32) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL AFTER `id`,
  ADD COLUMN IF NOT EXISTS `html` mediumtext NOT NULL DEFAULT '' AFTER `text`,
  ADD COLUMN IF NOT EXISTS `error` varchar(255) NOT NULL DEFAULT '',
  ADD COLUMN IF NOT EXISTS `given_up_us` bigint DEFAULT NULL,
  ADD UNIQUE KEY IF NOT EXISTS `token` (`token`),
  ADD KEY IF NOT EXISTS `recipient` (`recipient`);

-- An address somebody wants to have instead of theirs, until it is confirmed by the link of a mail to it. `key_hash`: SHA-256.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_new_address` (
  `user` varchar(140) NOT NULL PRIMARY KEY,
  `address` varchar(140) NOT NULL,
  `key_hash` char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `created_us` bigint NOT NULL,
  UNIQUE KEY `key_hash` (`key_hash`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
