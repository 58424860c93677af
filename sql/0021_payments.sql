-- What was told about money, by providers and managers: each of their events once.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_payment` (
  `provider` varchar(20) CHARACTER SET ascii NOT NULL,
  `event` varchar(140) NOT NULL,
  `purchase` varchar(140) NOT NULL,
  `fact` varchar(20) CHARACTER SET ascii NOT NULL,
  `amount` decimal(21,9) NOT NULL,
  `currency` varchar(10) NOT NULL,
  `reference` varchar(140) NOT NULL DEFAULT '',
  `told_by` varchar(140) NOT NULL,
  `at_us` bigint NOT NULL,
  PRIMARY KEY (`provider`, `event`),
  KEY `purchase` (`purchase`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
