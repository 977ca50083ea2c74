-- Wall time and throughput of each stage over all partitions.
CREATE VIEW stage_speed AS
SELECT
    stage,
    count(*) AS partitions,
    sum(files) AS files,
    sum("bytes") / 1e6 AS megabytes,
    sum(seconds) AS seconds,
    sum("bytes") / 1e6 / nullif(sum(seconds), 0) AS megabytes_per_second
FROM run_timings
GROUP BY stage;
