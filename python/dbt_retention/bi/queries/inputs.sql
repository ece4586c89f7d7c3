-- One row per input of the package: whether it is there, and how many rows were accepted and rejected.
select subject, status, rows_count, rejected_rows_count, coverage_share, first_date, last_date
from mart_data_readiness
where subject_type = 'input'
order by status = 'missing', rows_count desc, subject
