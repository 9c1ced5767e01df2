"""Signals, decisions, executions: counts and latencies, no results of trading."""

from panels import Dashboard, Panel

BUSINESS = Dashboard(
    "caerus-business",
    "Caerus: signals to executions",
    "Counts and latencies of what happened. It says nothing of profit: no figure here is a result of trading.",
    "now-7d",
    (
        Panel(
            "Signals in 24 h",
            "Signals stored. A strategy that trades rarely has days without one.",
            "short",
            (("signals", "sum(increase(signals_ingested_total[24h]))"),),
            kind="stat",
        ),
        Panel(
            "Approved in 24 h",
            "Decisions by people to act on a signal.",
            "short",
            (("approved", 'sum(increase(approvals_total{decision="approved"}[24h]))'),),
            kind="stat",
        ),
        Panel(
            "Executions that failed",
            "Of the last hour: failed or of unknown fate, as terminals tell. Refusals within bounds do not count.",
            "percentunit",
            (("failed", "execution_fail_rate"),),
            warn=0.1,
            kind="stat",
        ),
        Panel(
            "Market",
            "1 while the market is open (Sunday to Friday, 17:00 in New York, less an hour at each end).",
            "none",
            (("open", "caerus:market_open"),),
            kind="stat",
        ),
        Panel(
            "Signals",
            "Signals an hour, by instrument and side.",
            "short",
            (
                (
                    "{{instrument}} {{side}}",
                    "sum by (instrument, side) (increase(signals_ingested_total[1h]))",
                ),
            ),
        ),
        Panel(
            "Time to store a signal",
            "From a checked signal to its commit.",
            "s",
            (
                (
                    "p50",
                    "histogram_quantile(0.5, sum by (le) (rate(signals_create_seconds_bucket[$__rate_interval])))",
                ),
                (
                    "p99",
                    "histogram_quantile(0.99, sum by (le) (rate(signals_create_seconds_bucket[$__rate_interval])))",
                ),
            ),
            warn=0.25,
        ),
        Panel(
            "Decisions",
            "Decisions an hour: approved and rejected.",
            "short",
            (("{{decision}}", "sum by (decision) (increase(approvals_total[1h]))"),),
        ),
        Panel(
            "Time to decide",
            "From a signal's creation to a person's decision.",
            "s",
            (
                (
                    "half of them",
                    "histogram_quantile(0.5, sum by (le) (rate(approval_latency_seconds_bucket[1h])))",
                ),
                (
                    "nine of ten",
                    "histogram_quantile(0.9, sum by (le) (rate(approval_latency_seconds_bucket[1h])))",
                ),
            ),
        ),
        Panel(
            "Polls of terminals",
            "Polls answered a second, with commands and without.",
            "cps",
            (("{{status}}", "sum by (status) (rate(ea_poll_total[$__rate_interval]))"),),
        ),
        Panel(
            "Time in a poll",
            "Nine of ten polls were answered within this time; waiting for something new is part of it.",
            "s",
            (
                (
                    "nine of ten",
                    "histogram_quantile(0.9, sum by (le) (rate(ea_poll_duration_seconds_bucket[$__rate_interval])))",
                ),
            ),
        ),
        Panel(
            "Acknowledgements",
            "What terminals said an hour, by result; `repeated` changed nothing.",
            "short",
            (("{{result}}", "sum by (result) (increase(ea_ack_total[1h]))"),),
        ),
        Panel(
            "Executions by status",
            "Executions that reached a status within an hour.",
            "short",
            (("{{status}}", "sum by (status) (increase(executions_total[1h]))"),),
        ),
        Panel(
            "execution_fail_rate",
            "Failed or of unknown fate, of all that was told within an hour.",
            "percentunit",
            (("execution_fail_rate", "execution_fail_rate"),),
            warn=0.1,
        ),
        Panel(
            "Devices",
            "Terminals registered and revoked within a day.",
            "short",
            (
                ("registered", "sum(increase(devices_registered_total[24h]))"),
                ("revoked", "sum(increase(devices_revoked_total[24h]))"),
            ),
        ),
    ),
)
