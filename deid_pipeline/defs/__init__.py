"""The door to Dagster: the only code, with ``definitions``, that imports it.

What belongs here: assets, partitions, resources, jobs, schedules and sensors, how runs are started and what happens
when one fails. What does not: anything about images; every asset body is one call into ``stages``.

Importing this package imports nothing, so that quick commands need not wait for Dagster. Members:

``configuration``  settings from ``deid.yaml`` and the environment
``failures``       the one broad except
``quiet``          what libraries may print
``partitions``, ``resources``, ``metadata``, ``pictures``, ``partition_loop``, ``assets``  what Dagster shows
``jobs``, ``schedules``, ``sensors``  what starts runs
``instance``, ``launch``  runs in this process, for ``deidp run``
"""
