-- Mail that waits to be sent: written in the transaction that wants it sent. `text` may hold a link that is as good as a
-- password for a while; whoever sends the mail empties it. Times in µs since 1970.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_mail` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `created_us` bigint NOT NULL,
  `recipient` varchar(254) NOT NULL,
  `language` varchar(10) NOT NULL,
  `kind` varchar(40) NOT NULL,
  `subject` varchar(255) NOT NULL,
  `text` text NOT NULL,
  `sent_us` bigint DEFAULT NULL,
  KEY `sent_us` (`sent_us`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
