-- How far somebody is in a lesson, outside of documents: a beat of the player changes no Enrollment. Times in µs since
-- 1970, lengths and positions in ms. `video` is the CRC-32 of the video's address: another video begins anew.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_watch` (
  `user` varchar(140) NOT NULL,
  `lesson` varchar(140) NOT NULL,
  `video` int unsigned NOT NULL DEFAULT 0,
  `opened_us` bigint NOT NULL,
  `shown_us` bigint NOT NULL,
  `seen_us` bigint NOT NULL,
  `position_ms` bigint NOT NULL DEFAULT 0,
  `player_ms` bigint NOT NULL DEFAULT 0,
  `played` text NOT NULL,
  `waits_since_us` bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (`user`, `lesson`),
  KEY `lesson` (`lesson`, `video`, `player_ms`),
  KEY `waiting` (`waits_since_us`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
