-- One row per wanted item: what it asks and what is right.
select
    items.item_id,
    items.question,
    items.choices_json,
    items.target
from raw.items
inner join wanted_items on items.item_id = wanted_items.item_id
