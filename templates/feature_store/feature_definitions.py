"""Features for a card-fraud model: what Feast should know and serve.

`fsop apply` registers everything that this file defines; run it again after each change.
"""

from datetime import timedelta

import pandas as pd

from feast import (
    Entity,
    FeatureService,
    FeatureView,
    Field,
    FileSource,
    PushSource,
    RequestSource,
    ValueType,
)
from feast.on_demand_feature_view import on_demand_feature_view
from feast.types import Float32, Float64, Int64

# The key that features are looked up by.
customer = Entity(
    name="customer",
    join_keys=["customer_id"],
    value_type=ValueType.INT64,
    description="A card holder",
)

# Where the history of the features is: one row per customer and day.
transactions_source = FileSource(
    name="customer_transactions_source",
    path="data/customer_transactions.parquet",
    timestamp_field="event_timestamp",
    created_timestamp_column="created",
)

# A batch feature view: `fsop run materialize-incremental` loads its newest values into the online store.
customer_transactions = FeatureView(
    name="customer_transactions",
    entities=[customer],
    ttl=timedelta(days=30),
    schema=[
        Field(name="transactions_7d", dtype=Int64, description="Card payments in the last 7 days"),
        Field(name="mean_amount_7d", dtype=Float32, description="Mean payment in the last 7 days"),
        Field(name="declined_share_30d", dtype=Float32, description="Share of declined payments in 30 days"),
    ],
    source=transactions_source,
    tags={"team": "fraud"},
)

# A push source: an application sends fresh rows with `fsop run push`, ahead of the next materialization.
transactions_push = PushSource(
    name="customer_transactions_push",
    batch_source=transactions_source,
)

# The same features, kept fresh by pushes.
customer_transactions_fresh = FeatureView(
    name="customer_transactions_fresh",
    entities=[customer],
    ttl=timedelta(days=30),
    schema=[
        Field(name="transactions_7d", dtype=Int64),
        Field(name="mean_amount_7d", dtype=Float32),
        Field(name="declined_share_30d", dtype=Float32),
    ],
    source=transactions_push,
    tags={"team": "fraud"},
)

# What the caller knows at request time.
payment_request = RequestSource(
    name="payment_request",
    schema=[Field(name="amount", dtype=Float64)],
)


# An on-demand feature view: computed when features are read.
@on_demand_feature_view(
    sources=[customer_transactions, payment_request],
    schema=[Field(name="amount_to_mean_ratio", dtype=Float64)],
)
def payment_risk(inputs: pd.DataFrame) -> pd.DataFrame:
    risk = pd.DataFrame()
    risk["amount_to_mean_ratio"] = inputs["amount"] / inputs["mean_amount_7d"]
    return risk


# The features of one model version, read under one name.
fraud_model_v1 = FeatureService(
    name="fraud_model_v1",
    features=[customer_transactions, payment_risk],
)
