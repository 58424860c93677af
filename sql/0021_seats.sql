-- Seats that Customers have by invoices made elsewhere: units of an Item sold, less those given back, and the day of the first.
-- A sum, so that one more invoice of somebody who has thousands costs no more than the first. Where nothing is left by it,
-- the invoices themselves are asked.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_seat` (
  `customer` varchar(140) NOT NULL,
  `item_code` varchar(140) NOT NULL,
  `units` decimal(21,9) NOT NULL,
  `first_on` date NOT NULL,
  PRIMARY KEY (`customer`, `item_code`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
