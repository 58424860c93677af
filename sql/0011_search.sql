-- What a search looks through: a row for each bootcamp, course and lesson, and one for each language it is translated into
-- (`language` empty: its own). `title` and `body` are for showing; the words are folded and begin with a mark of ours, so
-- that no setting of the server (shortest word, stop words) and no sign of its query language can concern them.
-- `digest` is that of the source: what is unchanged is not written again.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_search` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `document_type` varchar(140) NOT NULL,
  `document_name` varchar(140) NOT NULL,
  `language` varchar(10) NOT NULL DEFAULT '',
  `digest` bigint NOT NULL,
  `title` varchar(500) NOT NULL,
  `body` mediumtext NOT NULL,
  `title_words` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `whole_words` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  UNIQUE KEY `document` (`document_type`, `document_name`, `language`),
  FULLTEXT KEY `title_words` (`title_words`),
  FULLTEXT KEY `whole_words` (`whole_words`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
