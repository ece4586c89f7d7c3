-- One row per check of the data that did not pass: the consequence, and what to do.
select subject_type, subject, status, what_it_costs, what_to_do
from mart_data_readiness
where status in ('missing', 'thin')
order by
    list_position(
        ['model', 'training', 'time', 'amounts', 'input', 'consent', 'link', 'goods', 'order status', 'feature family'],
        subject_type
    ),
    status, subject
