-- One row per fault that was found in a campaign.
select campaign_id, check_name, is_disqualifying, finding
from mart_campaign_checks
where is_flagged
order by is_disqualifying desc, campaign_id, check_name
