"""What the doors say when something is not so: one sentence each, and one for every failed log-in."""

from __future__ import annotations

from shared.identity.accounts import AccountFault
from shared.identity.passwords import LONGEST, SHORTEST, PasswordFault
from shared.identity.signing_in import Wait, Wrong
from shared.web.i18n import Bilingual

WRONG = Bilingual("工号、口令或验证码不对。请再试一次。", "Name, password or code is wrong. Please try again.")
WAIT = Bilingual("试错次数较多，请过一分钟再试。", "Too many failed tries; please try again in a minute.")
BUSY = Bilingual("现在登录的人太多，请稍等几秒再试。", "Too many people are signing in; try again in a few seconds.")
STALE_PAGE = Bilingual(
    "页面打开太久，或不是从本站打开的，请再试一次。", "The page was open too long or not opened here; try again."
)
NOT_THE_SAME = Bilingual("两次输入的口令不一样。", "The two passwords differ.")
WRONG_PASSWORD = Bilingual("现在的口令不对。", "The present password is wrong.")
WRONG_CODE = Bilingual("验证码不对或已经用过，请等下一个。", "The code is wrong or used; wait for the next one.")
PASSWORD_CHANGED = Bilingual(
    "口令已修改，别处的登录都已失效。", "The password is changed; all other log-ins have ended."
)
TOTP_ON = Bilingual("两步验证已开启。", "Two-step verification is on.")
TOTP_OFF = Bilingual("两步验证已关闭。", "Two-step verification is off.")

CHANGED: dict[str, Bilingual] = {
    "disable": Bilingual(
        "账号已停用，登录和令牌已全部失效。",
        "The account is disabled; its log-ins have ended and its tokens are revoked.",
    ),
    "enable": Bilingual("账号已启用。", "The account is in use again."),
    "end-sessions": Bilingual("登录和令牌已全部失效。", "All its log-ins have ended, and its tokens are revoked."),
    "role": Bilingual(
        "角色和单位已更改，须重新登录，令牌已作废。",
        "Role and unit are changed; they sign in again, tokens are revoked.",
    ),
    "revoke": Bilingual("令牌已作废。", "The token is revoked."),
}
"""What the administrator's last form did, by the name that the way back carries."""
RECORDED: dict[str, Bilingual] = {
    "added": Bilingual("添加账号", "account added"),
    "disabled": Bilingual("停用", "disabled"),
    "enabled": Bilingual("启用", "enabled"),
    "role_changed": Bilingual("更改角色或单位", "role or unit changed"),
    "credentials_reset": Bilingual("口令和两步验证作废", "password and second step voided"),
    "sessions_ended": Bilingual("登录全部失效", "log-ins ended"),
    "link_made": Bilingual("发一次性链接", "one-time link made"),
    "password_set": Bilingual("设置口令", "password set"),
    "totp_on": Bilingual("开启两步验证", "second step taken on"),
    "totp_off": Bilingual("关闭两步验证", "second step given up"),
    "token_made": Bilingual("生成令牌", "token made"),
    "token_revoked": Bilingual("作废令牌", "token revoked"),
    "signed_in.password": Bilingual("登录（口令）", "signed in, by password"),
    "signed_in.password_and_code": Bilingual("登录（口令和验证码）", "signed in, by password and code"),
    "signed_in.link": Bilingual("登录（一次性链接）", "signed in, by one-time link"),
    "signed_in.openid": Bilingual("登录（统一身份认证）", "signed in, by single sign-on"),
}
"""What an account's record says, by its kind."""
PASSWORDS: dict[PasswordFault, Bilingual] = {
    PasswordFault.TOO_SHORT: Bilingual(f"口令至少 {SHORTEST} 个字。", f"At least {SHORTEST} characters."),
    PasswordFault.TOO_LONG: Bilingual(f"口令最多 {LONGEST} 个字。", f"At most {LONGEST} characters."),
    PasswordFault.COMMON: Bilingual(
        "这个口令太常见或太好猜，请换一个。", "This password is too common or too easy to guess; take another."
    ),
}
ACCOUNTS: dict[AccountFault, Bilingual] = {
    AccountFault.NAME_TAKEN: Bilingual("已有这个工号或姓名的账号", "an account of this log-in or name exists already"),
    AccountFault.UNKNOWN: Bilingual("没有这个账号", "there is no such account"),
    AccountFault.UNIT_AND_ROLE: Bilingual(
        "单位人员须填单位，其他人员不填", "a unit's person has a unit, and nobody else has"
    ),
    AccountFault.LAST_ADMINISTRATOR: Bilingual("这是最后一个系统管理员", "this is the last administrator"),
    AccountFault.BAD_LOGIN: Bilingual("工号为 2 至 80 个字母、数字或 . _ - @", "2 to 80 letters, figures or . _ - @"),
    AccountFault.DISABLED: Bilingual("这个账号已停用", "this account is disabled"),
    AccountFault.OTHER_ROLE: Bilingual(
        "这是某人的账号，令牌的角色和单位须与账号一致",
        "this is somebody's account; a token of theirs has the account's role and unit",
    ),
}


def failure(fault: PasswordFault | Wrong | Wait) -> Bilingual:
    """The sentence for what stood against a new password."""
    if isinstance(fault, PasswordFault):
        return PASSWORDS[fault]
    return WAIT if isinstance(fault, Wait) else WRONG_PASSWORD
