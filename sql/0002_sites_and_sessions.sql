-- Tables of the site and auth rooms. No DocType: times are UTC.

-- One row per committed write: which DocTypes changed (one a line), and which process did it.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_change_log` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `at` datetime(6) NOT NULL,
  `origin` bigint NOT NULL,
  `doctypes` text NOT NULL,
  KEY `at` (`at`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- A session, by the BLAKE2b hash of its sid: the sid itself is with the browser only. Times in µs since 1970.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_session` (
  `sid_hash` char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  `user` varchar(140) NOT NULL,
  `csrf_token` varchar(56) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `created_us` bigint NOT NULL,
  `seen_us` bigint NOT NULL,
  `peer` varchar(64) NOT NULL DEFAULT '',
  `user_agent` varchar(255) NOT NULL DEFAULT '',
  KEY `user` (`user`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Events counted in windows; `who` is a hash. Kept here so that a restart forgets nothing.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_throttle` (
  `what` varchar(60) NOT NULL,
  `who` char(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `since_us` bigint NOT NULL,
  `times` int unsigned NOT NULL,
  PRIMARY KEY (`what`, `who`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
