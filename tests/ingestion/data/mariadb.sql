SET SESSION sql_mode = '', SESSION time_zone = '+02:00';
CREATE TABLE kinds (
    id INT, tiny TINYINT(1), medium MEDIUMINT UNSIGNED, big BIGINT UNSIGNED, signed_big BIGINT,
    price DECIMAL(12,2), fine DECIMAL(38,20), huge DECIMAL(65,30), f FLOAT, dbl DOUBLE, d DATE, ts DATETIME(6),
    tz TIMESTAMP(3) NULL, t TIME(6), y YEAR, b10 BIT(10), b1 BIT(1), b64 BIT(64), en ENUM('a','b'),
    st SET('x','y'), j JSON, blb BLOB, txt TEXT, ch CHAR(5), vb VARBINARY(4), g POINT,
    latin VARCHAR(20) CHARACTER SET latin1
);
INSERT INTO kinds VALUES
    (1, 5, 16777215, 18446744073709551615, -9223372036854775808, 1234567890.12, 123456789012345678.00000000000000000001,
     1.5, 16777217, 0.1, '2020-02-29', '2020-01-01 12:00:00.123456', '2020-01-01 12:00:00.5', '23:59:59.999999',
     2024, b'1010101010', b'1', b'1111111111111111111111111111111111111111111111111111111111111111', 'a', 'x,y',
     '{"a": 1}', x'00ff', 'emoji 😀', 'é', x'00ff', POINT(1, 2), 'Größe'),
    (2, NULL, 0, 0, 1, -1, NULL, NULL, 3.4e38, 1e300, '9999-12-31', '9999-12-31 23:59:59.999999', NULL,
     '00:00:00', 1901, b'0', b'0', b'0', '', '', '[]', '', '', '', '', NULL, NULL);
CREATE TABLE beyond (id INT, d DATE, ts DATETIME, y YEAR, t TIME(1));
INSERT INTO beyond VALUES
    (1, '0000-00-00', '0000-00-00 00:00:00', 0, '-838:59:59'), (2, '2020-00-00', '2020-02-00 10:00:00', 2000, '25:00:00.5'),
    (3, '2020-02-28', '2020-02-28 10:00:00', NULL, '00:00:01');
CREATE TABLE `Order ``Lines``` (`a``b` INT, `SELECT` TEXT, `naïve {x}` INT);
INSERT INTO `Order ``Lines``` VALUES (1, 'x', 2);
CREATE VIEW few AS SELECT id FROM kinds;
CREATE TABLE many AS SELECT seq AS id, CAST(seq / 100 AS DECIMAL(12,2)) AS amount, CONCAT('name ', seq) AS name
    FROM seq_1_to_300000;
