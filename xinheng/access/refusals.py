"""What access refuses, beside the permission itself (guards.Forbidden)."""

from xinheng.kernel.refusals import Refusal


class UserExists(Refusal):
    code = "user-exists"
    zh = "用户名“{name}”已被使用。"
    en = "The user name “{name}” is taken."
    status = 409


class UserUnknown(Refusal):
    code = "user-unknown"
    zh = "没有用户“{name}”。"
    en = "There is no user “{name}”."


class UserNameInvalid(Refusal):
    code = "user-name-invalid"
    zh = "用户名“{name}”无效：1 至 60 个字母、数字、汉字或 . _ - @ 字符。"
    en = "The user name “{name}” is not valid: 1 to 60 letters, digits or . _ - @."


class RoleUnknown(Refusal):
    code = "role-unknown"
    zh = "没有角色“{role}”；可用：{known}。"
    en = "There is no role “{role}”; known are {known}."


class ScopeUnknown(Refusal):
    code = "scope-unknown"
    zh = "没有范围“{scope}”；可用：{known}。"
    en = "There is no scope “{scope}”; known are {known}."


class DepartmentUnknown(Refusal):
    code = "department-unknown"
    zh = "没有部门“{department}”。"
    en = "There is no department “{department}”."


class DepartmentMissing(Refusal):
    code = "department-missing"
    zh = "数据范围为“本部门”的用户必须属于一个部门。"
    en = "A user whose scope is “department” must belong to one."


class LastAdministrator(Refusal):
    code = "last-administrator"
    zh = "“{name}”是最后一个可用的管理员，不能停用或撤下该角色。"
    en = "“{name}” is the last active administrator and must stay one."
    status = 409


class LinkInvalid(Refusal):
    code = "link-invalid"
    zh = "这个登录链接无效、已用过或已过期，请向管理员索取新的链接。"
    en = "This sign-in link is not valid, was used or has expired; ask an administrator for one."


class ExpiryOutOfRange(Refusal):
    code = "expiry-out-of-range"
    zh = "有效期须在 {least} 与 {most} 之间。"
    en = "The expiry must lie between {least} and {most}."


class AlreadyExpired(Refusal):
    code = "already-expired"
    zh = "到期时间 {expires_at} 已经过去。"
    en = "The expiry {expires_at} has already passed."


class PasswordWeak(Refusal):
    code = "password-weak"
    zh = "密码不够安全：{problems}"
    en = "This password is not safe enough: {problems}"


class TokenUnknown(Refusal):
    code = "token-unknown"
    zh = "没有编号为 {id} 的令牌。"
    en = "There is no token number {id}."


class TokenInvalid(Refusal):
    code = "token-invalid"
    zh = "令牌无效、已撤销或已过期。"
    en = "This token is not valid, was revoked or has expired."
    status = 401


class ScopesMissing(Refusal):
    code = "scopes-missing"
    zh = "令牌至少需要一个范围：{known}。"
    en = "A token needs at least one scope: {known}."


class ReasonMissing(Refusal):
    code = "reveal-reason-missing"
    zh = "请写明查看原文的理由（至少 {least} 个字）。"
    en = "Say why the value is needed, in at least {least} characters."


class KeyInUse(Refusal):
    code = "field-key-in-use"
    zh = "密钥 {key} 仍用于 {values} 个加密值，请先运行 xinheng keys rotate。"
    en = "The key {key} still seals {values} values; run xinheng keys rotate first."
    status = 409


class KeyUnknown(Refusal):
    code = "field-key-unknown"
    zh = "本机没有密钥 {key}。"
    en = "There is no key {key} on this machine."
