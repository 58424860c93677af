-- What is to be done later (include/work.h): a row a job, gone once it is done. Times are UTC by the server's clock.
-- `run_at`: not before; while somebody works on it, the end of their lease. `taken_by`: the number of that attempt.
-- `unique_key`: given up when the job is taken for the first time, so what changes from then on makes a new row.
-- `recurs`: the one row of a scheduled job, which waits for its next time instead of going.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_job` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `job` varchar(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `lane` tinyint unsigned NOT NULL,
  `unique_key` varchar(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `sequence` varchar(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `args` longtext NOT NULL,
  `created` datetime(6) NOT NULL,
  `run_at` datetime(6) NOT NULL,
  `lease_s` int unsigned NOT NULL,
  `tries` int unsigned NOT NULL DEFAULT 0,
  `taken_by` bigint NOT NULL DEFAULT 0,
  `recurs` tinyint NOT NULL DEFAULT 0,
  `dead` tinyint NOT NULL DEFAULT 0,
  `error` varchar(500) DEFAULT NULL,
  UNIQUE KEY `unique_key` (`job`, `unique_key`),
  KEY `due` (`dead`, `lane`, `run_at`),
  KEY `sequence` (`sequence`, `id`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
