"""The one list of rooms: importing it plugs every endpoint, topic and job in."""

from hub.core import upkeep as _core_jobs
from hub.core.alerts.settings import AlertSettings
from hub.core.health import api as health
from hub.core.stream.api import api as presence
from hub.core.web import Api
from hub.identity.audit import jobs as _audit_jobs
from hub.identity.audit.api import api as audit
from hub.identity.auth.api import api as auth
from hub.identity.keys.api import api as keys
from hub.identity.mfa.api import api as mfa
from hub.identity.organisations.api import api as organisations
from hub.identity.registration import jobs as _registration_jobs
from hub.identity.registration.api import api as registration
from hub.identity.sessions import jobs as _session_jobs
from hub.identity.sessions.api import api as sessions
from hub.identity.users.api import api as users
from hub.insight.charts import jobs as _chart_jobs
from hub.insight.charts.api import api as charts
from hub.insight.charts.settings import MediaSettings
from hub.market.candles import topics as _candle_topics
from hub.market.candles.api import api as candles
from hub.market.candles.settings import CandleSettings
from hub.market.instruments.api import api as instruments
from hub.market.quotes import jobs as _quote_jobs
from hub.market.quotes import topics as _quote_topics
from hub.market.quotes.api import api as quotes
from hub.market.quotes.settings import QuoteSettings
from hub.money.quotas.api import api as quotas
from hub.research.analytics.api import api as analytics
from hub.research.decisions import jobs as _decision_jobs
from hub.research.decisions.api import api as decisions
from hub.trading.accounts import probes as _account_probes
from hub.trading.accounts import topics as _account_topics
from hub.trading.accounts.api import api as accounts
from hub.trading.accounts.settings import AccountSettings
from hub.trading.approvals import topics as _approval_topics
from hub.trading.approvals.api import api as approvals
from hub.trading.closing import jobs as _closing_jobs
from hub.trading.closing import topics as _closing_topics
from hub.trading.closing.api import api as closing
from hub.trading.commands import jobs as _command_jobs
from hub.trading.commands import topics as _command_topics
from hub.trading.commands.api import api as commands
from hub.trading.copying import jobs as _copying_jobs
from hub.trading.copying import topics as _copying_topics
from hub.trading.copying.api import api as copying
from hub.trading.copying.settings import CopySettings
from hub.trading.counterfactual.api import api as counterfactual
from hub.trading.deputies import topics as _deputy_topics
from hub.trading.deputies.api import api as deputies
from hub.trading.devices import jobs as _device_jobs
from hub.trading.devices import topics as _device_topics
from hub.trading.devices.api import api as devices
from hub.trading.devices.settings import DeviceSettings
from hub.trading.executions import topics as _execution_topics
from hub.trading.executions.api import api as executions
from hub.trading.heartbeats import jobs as _heartbeat_jobs
from hub.trading.heartbeats.api import api as heartbeats
from hub.trading.heartbeats.settings import HeartbeatSettings
from hub.trading.paper import jobs as _paper_jobs
from hub.trading.paper.api import api as paper
from hub.trading.paper.settings import PaperSettings
from hub.trading.positions import jobs as _position_jobs
from hub.trading.positions import topics as _position_topics
from hub.trading.positions.api import api as positions
from hub.trading.preflight import jobs as _preflight_jobs
from hub.trading.preflight import topics as _preflight_topics
from hub.trading.preflight.api import api as preflight
from hub.trading.preflight.settings import PreflightSettings
from hub.trading.quorum import topics as _quorum_topics
from hub.trading.quorum.api import api as quorum
from hub.trading.reconciliation import jobs as _reconciliation_jobs
from hub.trading.reconciliation.api import api as reconciliation
from hub.trading.risk import jobs as _risk_jobs
from hub.trading.risk import leaving as _risk_leaving
from hub.trading.risk import topics as _risk_topics
from hub.trading.risk.api import api as risk
from hub.trading.risk.settings import RiskSettings
from hub.trading.signals import jobs as _signal_jobs
from hub.trading.signals import topics as _signal_topics
from hub.trading.signals.api import api as signals
from hub.trading.trades import topics as _trade_topics
from hub.trading.trades.api import api as trades

APIS: list[Api] = [
    health,
    presence,
    auth,
    sessions,
    users,
    quotas,
    mfa,
    registration,
    organisations,
    keys,
    audit,
    candles,
    instruments,
    quotes,
    signals,
    approvals,
    deputies,
    quorum,
    devices,
    commands,
    executions,
    closing,
    reconciliation,
    accounts,
    positions,
    preflight,
    trades,
    risk,
    decisions,
    charts,
    paper,
    counterfactual,
    copying,
    heartbeats,
    analytics,
]

SECRETS = ("MFA_SEAL_SECRET",)
"""What rooms need besides the core: a hub without it does not start."""

SETTINGS = (
    AccountSettings,
    AlertSettings,
    CandleSettings,
    CopySettings,
    DeviceSettings,
    HeartbeatSettings,
    MediaSettings,
    PaperSettings,
    PreflightSettings,
    QuoteSettings,
    RiskSettings,
)
"""Settings of rooms: no process starts with a bad value there either."""

PLUGGED_IN = [
    _core_jobs,
    _candle_topics,
    _quote_topics,
    _quote_jobs,
    _signal_topics,
    _approval_topics,
    _command_topics,
    _execution_topics,
    _account_topics,
    _account_probes,
    _position_topics,
    _deputy_topics,
    _device_topics,
    _device_jobs,
    _quorum_topics,
    _preflight_topics,
    _preflight_jobs,
    _trade_topics,
    _risk_topics,
    _registration_jobs,
    _audit_jobs,
    _session_jobs,
    _signal_jobs,
    _command_jobs,
    _position_jobs,
    _closing_jobs,
    _closing_topics,
    _reconciliation_jobs,
    _risk_jobs,
    _risk_leaving,
    _decision_jobs,
    _chart_jobs,
    _paper_jobs,
    _copying_topics,
    _copying_jobs,
    _heartbeat_jobs,
]
