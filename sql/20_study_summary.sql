-- One row per partition: files by status, bytes, frames.
CREATE VIEW study_summary AS
SELECT
    partition_key,
    count(*) AS files,
    count(*) FILTER (status = 'released') AS released,
    count(*) FILTER (status = 'held') AS held,
    count(*) FILTER (status = 'quarantined') AS quarantined,
    count(*) FILTER (status = 'dropped') AS dropped,
    count(*) FILTER (status = 'duplicate') AS duplicates,
    coalesce(sum(size_bytes), 0) AS output_bytes,
    coalesce(sum(frames), 0) AS frames,
    coalesce(sum(frames_redacted), 0) AS frames_redacted
FROM output_files
GROUP BY partition_key;
