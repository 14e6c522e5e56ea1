CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE kinds (
    id int, b bool, i2 smallint, i8 bigint, price numeric(12,2), free numeric, huge numeric(60,20), f4 real,
    f8 double precision, t text, padded char(5), raw bytea, d date, ts timestamp, tz timestamptz, tm time,
    span interval, js jsonb, id2 uuid, addr inet, numbers int[], words text[], feeling mood, cash money,
    bits bit(4), o oid
);
INSERT INTO kinds VALUES
    (1, true, -32768, 9223372036854775807, 1234567890.12, 12345678901234567890.123456789, 1, 1.1,
     0.1, 'é😀', 'ab', '\x00ff', '2020-02-29', '2020-01-01 12:00:00.123456', '2020-01-01 12:00:00+02',
     '23:59:59.999999', '1 day 00:00:01.5', '{"a": 1}', '00000000-0000-0000-0000-000000000001', '10.0.0.1',
     '{1,2,NULL}', '{a,"b c"}', 'happy', '12.34', '1010', 4294967295),
    (2, NULL, 1, 1, NULL, 2.5, NULL, NULL, NULL, '', NULL, NULL, '0001-01-01', '9999-12-31 23:59:59.999999',
     '1969-12-31 23:59:59Z', '00:00:00', '-1 hour', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0);
CREATE TABLE beyond (id int, d date, ts timestamp, tz timestamptz, tm time, price numeric(12,2), free numeric);
INSERT INTO beyond VALUES
    (1, 'infinity', '-infinity', 'infinity', '24:00:00', 'NaN', 'NaN'),
    (2, '4713-01-01 BC', '0044-03-15 BC', '294276-01-01Z', '12:00:00', 1.5, 2),
    (3, '5874897-01-01', '10000-01-01', '2020-01-01Z', NULL, NULL, 'NaN');
CREATE SCHEMA "Sales Data";
CREATE TABLE "Sales Data"."Order ""Lines""" ("a""b" int, "SELECT" text, "naïve 😀" int);
INSERT INTO "Sales Data"."Order ""Lines""" VALUES (1, 'x', 2);
CREATE TABLE parts (k int, v text) PARTITION BY LIST (k);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
INSERT INTO parts VALUES (1, 'one');
CREATE VIEW happy_kinds AS SELECT * FROM kinds WHERE feeling = 'happy';
CREATE TABLE many AS SELECT g AS id, (g / 100.0)::numeric(12,2) AS amount, 'name ' || g AS name
    FROM generate_series(1, 300000) AS g;
CREATE ROLE reader LOGIN PASSWORD 'reader';
GRANT SELECT ON parts TO reader;
