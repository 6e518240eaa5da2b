"""Who may use which of identity's routes."""

from __future__ import annotations

from shared.contracts.values import Role
from shared.web.access_table import AccessTable, public, staff

ACCOUNTS_SCOPE = "identity:accounts"
OWN_SCOPE = "identity:own"
_ADMINISTRATOR = (Role.ADMINISTRATOR,)

ACCESS = AccessTable(
    (
        public("GET", "/login"),
        public("POST", "/login"),
        public("POST", "/login/code"),
        public("GET", "/account/set-up/{link}"),
        public("POST", "/account/set-up/{link}"),
        public("GET", "/login/openid"),
        public("GET", "/login/openid/callback"),
    ),
    (
        staff("POST", "/logout", Role, scope=OWN_SCOPE),
        staff("GET", "/account", Role, scope=OWN_SCOPE),
        staff("GET", "/account/form-token", Role, scope=OWN_SCOPE),
        staff("POST", "/account/password", Role, scope=OWN_SCOPE),
        staff("POST", "/account/totp", Role, scope=OWN_SCOPE),
        staff("POST", "/account/totp/confirm", Role, scope=OWN_SCOPE),
        staff("POST", "/account/totp/disable", Role, scope=OWN_SCOPE),
    ),
    (staff("GET", "/identity/record", (Role.ADMINISTRATOR, Role.AUDITOR), scope=ACCOUNTS_SCOPE),),
    (
        staff(method, path, _ADMINISTRATOR, scope=ACCOUNTS_SCOPE)
        for method, path in (
            ("GET", "/identity/accounts"),
            ("POST", "/identity/accounts"),
            ("POST", "/identity/accounts/{login}/disable"),
            ("POST", "/identity/accounts/{login}/enable"),
            ("POST", "/identity/accounts/{login}/reset"),
            ("POST", "/identity/accounts/{login}/role"),
            ("POST", "/identity/accounts/{login}/end-sessions"),
            ("GET", "/identity/people"),
            ("POST", "/identity/people"),
            ("POST", "/identity/people/tokens"),
            ("POST", "/identity/people/tokens/revoke"),
            ("POST", "/identity/people/{login}/role"),
            ("POST", "/identity/people/{login}/link"),
            ("POST", "/identity/people/{login}/{change}"),
            ("GET", "/identity/tokens"),
            ("POST", "/identity/tokens"),
            ("POST", "/identity/tokens/revoke"),
        )
    ),
)
