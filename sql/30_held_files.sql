-- Why files were not released, most frequent reason first.
CREATE VIEW held_files AS
SELECT status, reason, count(*) AS files, count(DISTINCT partition_key) AS partitions
FROM file_outcomes
WHERE status IN ('held', 'quarantined', 'dropped')
GROUP BY status, reason
ORDER BY files DESC, status, reason;
