-- Clicks on partners' links. Whose click it is, only a hash tells, whose key is a day's and is destroyed after 48 hours.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_click_key` (
  `day` date NOT NULL,
  `secret` char(64) CHARACTER SET ascii NOT NULL,
  PRIMARY KEY (`day`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- What was counted: a person and a link in an hour; with the hour -1, a person and a partner in a day.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_click_seen` (
  `day` date NOT NULL,
  `visitor` char(32) CHARACTER SET ascii NOT NULL,
  `hour` tinyint NOT NULL,
  `link` varchar(140) NOT NULL,
  PRIMARY KEY (`day`, `visitor`, `hour`, `link`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Sums by day of the school, kept with every click: `code` is a referral code or the name of a Coupon Code.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_click_day` (
  `sales_partner` varchar(140) NOT NULL,
  `day` date NOT NULL,
  `code` varchar(140) NOT NULL,
  `bootcamp` varchar(140) NOT NULL,
  `clicks` int unsigned NOT NULL DEFAULT 0,
  `visitors` int unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (`sales_partner`, `day`, `code`, `bootcamp`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
