-- One row per file of the landing zone: where its copy is, or why it has none.
CREATE VIEW file_outcomes AS
SELECT
    landing.partition_key,
    landing.source_path,
    coalesce(output.output_path, '') AS output_path,
    coalesce(output.status, landing.status) AS status,
    coalesce(nullif(output.reason, ''), landing.reason, '') AS reason,
    landing.size_bytes
FROM landing_files AS landing
LEFT JOIN output_files AS output USING (partition_key, source_path);
