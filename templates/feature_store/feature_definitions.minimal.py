"""What Feast should know and serve. `fsop apply` registers everything that this file defines."""

from feast import Entity, ValueType

customer = Entity(name="customer", join_keys=["customer_id"], value_type=ValueType.INT64)
