-- One row per bin of the churn probability, of the newest date with known outcomes: predicted and observed.
select
    evidence, as_of_date, probability_bin, customers_count, churn_probability_avg, churn_rate, churn_rate_lower_95,
    churn_rate_upper_95, is_calibrated
from mart_calibration
qualify rank() over (order by as_of_date desc, evidence) = 1
order by probability_bin
