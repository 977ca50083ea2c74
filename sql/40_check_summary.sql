-- How often each check passed, failed or crashed.
CREATE VIEW check_summary AS
SELECT
    "check",
    count(*) AS files,
    count(*) FILTER (passed) AS passed,
    count(*) FILTER (NOT passed) AS failed,
    count(*) FILTER (passed IS NULL) AS crashed
FROM check_results
GROUP BY "check"
ORDER BY "check";
