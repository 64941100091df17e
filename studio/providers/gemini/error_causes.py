"""Causes of failed responses, and the words by which they are recognized.

The service's words take precedence over the status: gateways send statuses of their own.
Sources: published documentation and issue threads of the services, of the gateways new-api,
one-api, LiteLLM and OpenRouter, of the proxies Envoy, nginx, HAProxy, Cloudflare and Heroku, and of
the load balancers of the large clouds.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from studio.providers.gemini.error_body import ErrorBody


class ErrorCause(Enum):
    """What a failed response means for the user.

    Server causes differ in billing: a request that failed as NOT_SENT or OVERLOADED was not billed;
    one that failed as LOST or TOO_SLOW may have been.
    """

    REDIRECTED = auto()
    WEB_PAGE = auto()
    PROXY = auto()
    BALANCE = auto()
    BLOCKED = auto()
    COUNTRY = auto()
    KEY = auto()
    NETWORK_OF_KEY = auto()
    FORBIDDEN = auto()
    MODEL = auto()
    MODEL_FORBIDDEN = auto()
    ADDRESS = auto()
    TOO_LARGE = auto()
    BAD_PICTURE = auto()
    NO_QUOTA = auto()
    DAY = auto()
    LONG_QUOTA = auto()
    CONCURRENT = auto()
    PACE = auto()
    NOT_SENT = auto()
    LOST = auto()
    TOO_SLOW = auto()
    PERMANENT = auto()
    NOT_OFFERED = auto()
    BROKEN = auto()
    OVERLOADED = auto()
    UNKNOWN_SERVER = auto()
    REQUEST = auto()


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_BALANCE = _words(
    r"insufficient[_ -]?(?:user[_ -]?)?(?:account[_ -]?)?(?:quota|balance|credits?|funds?)",
    r"pre_consume_token_quota_failed|quota_not_enough|payment[_ ]required|balance_not_enough",
    r"(?:account|payment|invoice|bill)s?[^.]{0,20}overdue|overdue[ _-]?(?:payment|account|"
    r"invoice|bill)|past[_ -]due|unpaid|arrears|arrearage|outstanding (?:balance|"
    r"invoice)",
    r"billing[_ ](?:hard|soft)[_ ]limit|billing_(?:not_active|disabled)",
    r"billing (?:account )?(?:is |has been |was )?(?:disabled|not active|inactive|not enabled|"
    r"closed|suspended|not found|not set up)",
    r"(?:enable|requires?|without|set up|activate) (?:an? |the )?(?:active )?billing",
    r"billing (?:must|needs to|has to|to) be enabled|billed users|billing (?:cycle|period)",
    r"(?:usage|cost|credit|billing)[_ -]?cap\b|dunning",
    r"billing (?:account|settings|page|status|issue)",
    r"(?:balance|credits?|funds) (?:exhausted|depleted|insufficient|too low|used up|expired|empty)",
    r"(?:check|update|review|manage|fix) (?:your |the )?billing\b",
    r"spend(?:ing)?[_ -]?(?:cap|limit|threshold)|over (?:its|their|your|the) spend",
    r"(?:monthly|weekly|daily) (?:spend|spending|credit|budget|billing)",
    r"budget[_ ]?(?:has been |was |is |limit |have been )*(?:exceeded|exhausted|reached|used up)",
    r"exceed(?:s|ed|ing)?[_ ]?(?:[\w']+ ){0,3}budget|max(?:imum)?[_ ]?budget|over budget",
    r"crossed (?:\w+ )?budget|exceeded\w*budget|budget_exceeded",
    r"quota is not enough|token quota (?:is )?(?:exhausted|used up)",
    r"(?:balance|credits?|funds|prepayment credits?)(?: balance)? (?:is|are|has|have|was|were|ran)"
    r" (?:been )?(?:not enough|not sufficient|insufficient|too low|low|depleted|exhausted|"
    r"used up|expired|empty|negative|zero|run out|out)",
    r"(?:credit|account|wallet|prepaid|prepayment)s? balance",
    r"(?:out of|no|no more|no remaining|not enough|lack of|more|ran out of|run out of|used all|"
    r"used up|exhausted|depleted|insufficient|zero)(?: of)?(?: your| the| any| available| remaining"
    r"| account| prepaid| api| free)* (?:credits?|funds|balance)(?![\w-])"
    r"(?! (?:was|were|is|are|has|have|will|had)\b)",
    r"(?:add|purchase|buy|deposit|load|refill|need) (?:some |more |additional )?(?:credits|funds)",
    r"top(?:ping)?[ -]?up|recharge|payment method|prepaid|prepay(?:ment)? credits?",
    r"subscription (?:has |is |was )?(?:expired|inactive|required|ended|cancell?ed|not active)",
    r"(?:free )?trial (?:has |is |credits? )?(?:ended|expired|over|used|have expired)",
    r"key limit exceeded|out_of_credits|credit_(?:balance|limit)|no_credits|exceeded_credit",
    r"余额不足|餘額不足|余额不够|额度不足|額度不足|额度已用尽|额度已用完|预扣费|欠费|充值|账户余额|已欠费"
    r"|套餐.{0,10}(?:用完|不足|到期|过期)|点数不足|积分不足|配额不足|超出.{0,6}预算",
    r"hard[ _](?:limit|cap)\b(?![^.]{0,30}(?:\d ?[kmg]i?b\b|bytes|pixels|tokens|images|"
    r"requests|per ))",
    r"spending controls?|(?:cost|spend|budget|money)[ _]limit|limit of [$€£]",
    r"billing[^.]{0,40} (?:disabled|(?:turned|switched) off)",
    r"(?:limit|quota|credits?|tokens?|balance)\b[^.]{0,40}\b(?:0|none|nothing) (?:left|remaining)",
    r"\badd (?:a |your )?(?:credit |debit )?card|no (?:active )?subscription|subscription not",
    r"wallet[^.]{0,20} (?:empty|negative|locked)|(?:empty|negative) wallet|card (?:was |is )?"
    r"(?:declined|expired)|payment (?:has )?(?:failed|declined|rejected)",
    r"(?:used|consumed|spent|exhausted)[^.]{0,30} (?:included|monthly|all|free)(?: \w+)? "
    r"(?:credits|tokens|generations)|(?:included|monthly|all|free)(?: \w+)? (?:credits|tokens|"
    r"generations)[^.]{0,20} (?:used|consumed|spent|exhausted|gone)",
    r"(?:quota|allowance|plan)[^.]{0,30} (?:been |is |are |fully |all )+(?:consumed|used up)",
)
"""Insufficient balance: the user has to pay or to raise a limit."""

_PERHAPS_BALANCE = _words(
    r"quota (?:has been |is |was )?(?:exhausted|exceeded|reached|used up)[^.]{0,40} (?:plan|tier)",
    r"exceeded (?:your|the) (?:current )?(?:\w+ )?quota|exceeded [^.]{0,40}\bplan\b",
    r"(?:plan|billing) (?:and billing )?details|upgrade (?:your|to an?|the|to)\b",
    r"quota (?:has been )?exhausted|usage limit|limit of your plan",
)
"""Insufficient balance, unless the text is about a rate limit, which is also called a quota."""

_PACED = _words(
    r"per[_ -]?(?:minute|second|hour)|/ ?(?:min|minute|sec|second|hour|s)\b|\b(?:rpm|tpm|qps|"
    r"ipm)\b",
    r"rate[_ -]?limit|too many requests|slow down|retry in \d|try again in \d|retrydelay",
    r"每分钟|每秒|每小时|频繁|限流|速率",
)
_LIMITED = re.compile(
    r"rate[_ -]?limit|too many requests|quota exceeded|resource_exhausted|请求过于频繁|限流"
)
"""A rate limit, reported with a status other than 429."""

_BLOCKED = _words(
    r"image generation blocked|image_generation_failed|content[_ ]policy|prompt_blocked",
    r"sensitive[_ ]words|moderation_blocked|content[_ ]?filter|(?:image_)?prohibited_content",
    r"image_safety|safety (?:system|filter|setting|reason|polic|guideline)|blocked (?:by|due to) "
    r"(?:\w+ )?(?:safety|content|policy)|flagged (?:for|as|by)|requires moderation|"
    r"data_?inspection",
    r"inappropriate content|responsible ai|usage polic|violat\w{1,4} (?:\w+ ){0,4}polic|nsfw",
    r"敏感词|内容违规|违规内容|内容安全|违反",
)
_COUNTRY = _words(
    r"location (?:is )?not supported|unsupported_country|country, region",
    r"(?:not|isn't|aren't|un)[ -]?(?:available|supported|allowed|permitted|offered|accessible)"
    r"[^.]{0,60}\b(?:your|this|the user's|current|in) (?:\w+ )?(?:country|region|territory|"
    r"location)",
    r"(?:country|region|territory|geograph\w+)[^.]{0,60}(?:n[o']t (?:supported|available|allowed|"
    r"permitted|served|eligible|covered)|unsupported|restricted|blocked|prohibited|forbidden|unavailable)",
    r"geo[ -]?(?:block|restrict|fenc)|(?:from|in) (?:your|this) (?:country|region|location)",
    r"(?:地区|区域|国家|所在地)[^。]{0,10}(?:不支持|不可用|受限|限制)|不支持[^。]{0,10}(?:地区|区域|国家)",
)
_KEY = _words(
    r"api[ _]?key (?:is |was |has |has been )?(?:not valid|invalid|expired|not found|revoked|leaked"
    r"|disabled|deleted|suspended|reported|missing)",
    r"(?:invalid|incorrect|wrong|unknown|missing|expired|revoked|malformed|disabled)[ _]"
    r"(?:api[ _]?key|token|access token|credentials?|authentication|authorization)",
    r"api_key_invalid|no api key|key (?:has been|was) (?:revoked|disabled|leaked|deleted)",
    r"reported as leaked|invalid_api_key|unauthenticated|authentication (?:failed|error)",
    r"无效的(?:令牌|密钥|api)|令牌(?:已过期|不可用|状态不可用|无效|已禁用)|密钥(?:无效|错误|已过期)",
)
_MODEL_FORBIDDEN = _words(
    r"model[^.]{0,80}(?:not allowed|no access|not have access|no permission|not permitted)",
    r"(?:no|not have|without|denied) access to (?:the )?model|model_not_allowed",
    r"(?:can ?not|not allowed to|can only) (?:access|use|call) (?:the |this )?models?\b",
    r"无权.{0,20}模型|模型.{0,20}无权",
)
_MODEL = _words(
    r"model_not_found|no available channel|models/\S{1,200} is not found|unknown model|"
    r"no such model",
    r"(?:not (?:a )?valid|invalid|unrecognized) model|no endpoints found|model_not_supported",
    r"model[^.]{0,80}(?:not found|does not exist|doesn't exist|not supported|not exist|is retired"
    r"|is not available|unavailable for|was not found|not offered|is deprecated)",
    r"no longer available to new|not available to new|(?:to|for) existing (?:users|customers)|"
    r"new (?:users|customers|projects)",
    r"模型[^。]{0,60}(?:不存在|无可用渠道|未找到|不支持)|无可用渠道|没有可用渠道",
)
_ANY_MODEL = r"(?:\bmodel|gemini|imagen|nano[ -]?banana|\bpreview\b)"
_NEAR = r"(?:(?![.;] ).){0,120}?"
_SERVED = r"(?:available|supported|offered|accessible|served|active|maintained|in service|accepted)"
_GONE = (
    r"(?:retire[ds]?\b|\bretirement|\bretiring|deprecat(?:ed|ion)|discontinued|decommission"
    r"|sunset|descontinuad|abgeschaltet|eingestellt|(?:switched|turned)[ -]off|phas(?:ed|ing) out"
    r"|withdrawn|\beol\b|superseded|obsolete"
    r"|end[ -]of[ -](?:life|support|service)|no longer exists?"
    rf"|(?:no longer|not) {_SERVED} (?:since|after|from|any ?more)|no longer (?:be )?{_SERVED}"
    r"|(?:be|been|was|were|is|are) (?:shut ?down|removed|replaced by)|shut[ -]?down (?:on|date))"
)
_RETIRED = _words(
    rf"{_ANY_MODEL}{_NEAR}{_GONE}|{_GONE}{_NEAR}{_ANY_MODEL}",
    r"模型[^。]{0,60}(?:下线|停用|退役|弃用|停止服务|废弃)",
)
"""A notice that a model was or will be withdrawn, with any status."""

_GONE_ALONE = re.compile(_GONE)
_OTHER_GONE = re.compile(
    rf"(?:param\w*|field|option|setting|argument|property)\b{_NEAR}{_GONE}|{_GONE}{_NEAR}"
    r"\b(?:param\w*|field|option|setting|argument|property)\b"
    r"|(?:server|worker|instance|process|container|node|pod|connection|socket|stream|session|image|"
    r"picture|request)s?\b[^.]{0,20} (?:be|been|was|were|is|are) (?:shut|removed|switched|turned)"
)
"""A notice that a field of the request or a part of the service was withdrawn, not the model."""

_ADDRESS = _words(
    r"invalid url|cannot (?:post|get) /|no route matched|route not found|page not found",
    r"no such (?:route|endpoint|path)|unknown (?:endpoint|route|path|url)|endpoint not found",
    r"requested url .{0,200}not found|路径不存在|接口不存在",
)
_TOO_LARGE = _words(
    r"read_request_body_failed|request_too_large|payload_too_large|entity too large|"
    r"payload too large|body too large|content too large|请求体过大|图片过大|文件过大",
    r"(?:request|body|payload|message|image|picture|photo|file|upload|attachment|input|media|"
    r"inline_?data)s?\b[^.]{0,50} too (?:large|big|long)",
    r"too (?:large|big) (?:an? )?(?:request|body|payload|image|file)",
    r"(?:request|body|payload|content|image|picture|file|upload|inline_?data|media)\b[^.]{0,60}"
    r"exceed\w{0,3}\b[^.]{0,60}(?:size|limit|max\w{0,4}|\d ?[kmg]i?b\b|bytes|allowed)",
    r"exceed\w{0,3}\b[^.]{0,60}(?:(?:request|body|payload|image|file|upload|"
    r"content)[ _-]?(?:body )?"
    r"(?:size|length)|\d ?[kmg]i?b\b|bytes)",
    r"(?:token count|context (?:length|window)|input tokens?|prompt)[^.]{0,80}exceed"
    r"|exceed\w{0,3}\b[^.]{0,60}(?:context|number of tokens|token limit)"
    r"|(?:too many|number of)(?: \w+)? (?:images|"
    r"pictures"
    r"|input images|files|parts)|(?:at most|maximum of|up to) \d+ (?:image|picture|file|input)",
    r"max(?:imum)?[_ ](?:request[_ ])?(?:body|payload|content|image|file)[_ ](?:size|length)",
)
_REQUEST_TOO_LARGE = _words(
    r"read_request_body_failed|request_too_large|payload_too_large|request entity too large",
    r"(?:request|payload)(?: body| size| payload)* (?:is |was )?(?:too large|exceed)",
)
"""Words about a request that is too large, at a status of 500 or more.

"Too large" alone may be about the answer.
"""

_PICTURE = r"(?:image|picture|photo|base64|mime|media|inline_?data|file)"
_NOT_PICTURE = (
    r"(?![\w /-]{0,12}(?:size|config|generation|output|model|aspect|count|part is missing|"
    r"modal|resolution|per |quality))"
)
_BAD_PICTURE = _words(
    r"(?:process|decod|read|pars|open|identify|load|handl|download|fetch|retriev|access|"
    r"recogni[sz])"
    rf"\w{{0,4}} (?:the |your |this |an? |any |one of the |of the )*(?:input |provided |source |"
    rf"reference |given |inline |uploaded )*(?:{_PICTURE}{_NOT_PICTURE}|input pictures?)",
    rf"{_PICTURE}s?\b{_NOT_PICTURE}[^.;]{{0,60}}(?:not (?:a )?valid|is invalid|are invalid|corrupt|"
    r"damaged|unreadable|malformed|could ?n[o']t be|cannot be|can't be|is not supported|are not "
    r"supported|unsupported|failed to|not recogni[sz]ed|is empty|truncated)",
    r"(?:invalid|unsupported|corrupt(?:ed)?|malformed|bad|illegal|unknown|unhandled|unreadable|"
    rf"unrecogni[sz]ed|broken|not a valid|"
    rf"incorrect)\s(?:[\w-]+ ){{0,3}}{_PICTURE}s?\b{_NOT_PICTURE}",
    r"base64[^.]{0,40}(?:decod|invalid|illegal|padding|failed)|illegal base64|incorrect padding",
    r"invalid_?image|image_?parse|invalid_base64|unsupported_(?:image|mime|file)",
    r"图片(?:格式|解析|处理|无法|下载).{0,12}(?:失败|错误|不支持|无效)|无效的?图片|图像.{0,8}(?:失败|无效)",
)
_NO_PLAN = re.compile(
    r"plan (?:does not|doesn't) (?:include|cover|allow)|not (?:included|covered|available) "
    r"(?:in|by|on) your (?:current )?(?:\w+ )?(?:plan|tier|subscription)"
)
_NO_QUOTA = re.compile(r"limit: ?0(?![\d.]*\d)")
_DAY = _words(
    r"per[_ -]?day|daily|\brpd\b|/ ?day\b|24[ -]?hours|until tomorrow|for today|each day",
    r"每日|每天|今日|当日|当天|今天",
)
_MONTH = _words(
    r"per[_ -]?(?:month|week)|monthly|weekly|/ ?(?:month|week)\b|this (?:month|week)|next month",
    r"每月|每周|本月|本周|当月|usage_limit_reached",
)
_CONCURRENT = _words(
    r"concurren|parallel request|in[ -]?flight|simultaneous|requests? at (?:once|the same time)",
    r"并发|同时进行",
)
_NOT_SENT = _words(
    r"connection refused|econnrefused|actively refused|no healthy upstream|no healthy host",
    r"no such host|no route to host|enotfound|eai_again|getaddrinfo|name or service not known",
    r"temporary failure in name resolution|name resolution|could not resolve|cannot resolve",
    r"\bdial (?:tcp|udp|unix)\b|\blookup \S{1,200}[:;]|tls handshake|ssl handshake|"
    r"handshake failure",
    r"certificate (?:verify|has expired|is not|signed)|x509|connect(?:ion)? timeout\b|"
    r"connecttimeout",
    r"timed? ?out[^.]{0,60} connecting|connecterror|clientconnectorerror|delayed connect error",
    r"reset reason: (?:local |remote )?connection failure|reset reason: (?:local |remote )?refused",
    r"reset reason: overflow|refused stream|refused_stream|cannot connect to host",
    r"all connection attempts failed|failed to establish a new connection|newconnectionerror",
    r"failed to connect|could ?n[o']t connect|unable to connect|no (?:live|available) (?:upstream|"
    r"server|backend|instance|worker)s?|no server is available|cluster[_ ]not[_ ]found|no_cluster",
    r"all (?:upstreams|backends|circuits) (?:are )?(?:down|unavailable|open)|circuit ?breaker|"
    r"pool (?:is )?(?:full|exhausted)|pooltimeout|web server is down|origin is unreachable",
    r"upstream_reset_before_response_started\{(?:remote_|local_)?(?:connection_failure|overflow)",
    r"ssl handshake failed|(?:network|host|upstream|backend|provider) is (?:unreachable|not "
    r"reachable)|could ?n[o']t be reached|ehostunreach|enetunreach",
)
"""A gateway did not reach the next server, so no work was done."""

_AFTER_SENDING = _words(
    # Envoy sent the request several times, and reports only the last attempt.
    r"retried and the latest reset",
    r"reset by peer|broken pipe|econnreset|\bepipe\b|socket hang up|\beof\b|server ?disconnected",
    r"\bread tcp|\bread udp|while reading|prematurely|after sending|connection[ _]termination",
    r"remote[ _]reset|without (?:sending )?(?:an?y? )?response|response body",
)
"""The request was sent, even if the body also mentions an unreachable server."""

_LOST = _words(
    r"upstream connect error or disconnect|disconnect/reset|reset reason|reset before headers",
    r"\b(?:connection|socket|stream|session|transport)s?\b[^.]{0,40} (?:reset|clos(?:ed|ing)|"
    r"aborted|lost|terminated|broken|dropped|error|interrupted|hang up|ended|disconnected)",
    r"(?:reset|closed|terminated|aborted|dropped) (?:by\b|(?:the |a |its |network |open )*"
    r"(?:connection|stream|socket))|\bterminated\Z|rst_stream|reset by peer|connection (?:error|"
    r"termination)|broken pipe|econnreset|econnaborted|\bepipe\b|etimedout|socket hang up",
    r"\beof\b|end of (?:file|stream|json input)|server ?disconnected|connectionerror|"
    r"remote end closed|"
    r"remoteprotocolerror|remotedisconnected|premature|incomplete(?:read| read| chunked|"
    r" response| message| body)",
    r"without (?:sending )?(?:an?y? )?response|no response (?:from|was|received)|peer closed",
    r"clientpayload|clientoserror|apiconnectionerror|api_connection_error|fetch failed|"
    r"network error|und_err_|goaway|http2: |stream error|protocol error|invalid response from|"
    r"(?:invalid|empty|malformed|bad|incomplete|unexpected|unreadable|no) (?:response|answer|reply|"
    r"body)(?: was| received)* (?:from|by|body)|(?:empty|unreadable|incomplete|broken) (?:response|"
    r"answer|reply|body)|"
    r"lost (?:the )?connection|connection[_ ]?(?:lost|closed|aborted)",
    r"bad_response_body|read_response_body_failed|empty_response|\bwrite tcp|failed to respond|"
    r"before completion|incompletemessage|error sending request|\b(?:read|write|receive|protocol|"
    r"closed ?resource|noh?ttpresponse)(?:error|exception)\b",
    # The server worked, but its answer could not be read.
    r"invalid character .{1,8}looking for|unexpected token .{1,20}json|jsondecodeerror|expecting "
    r"value: line|gzip: invalid header|token too long|"
    r"(?:decod|pars|unmarshal|deserializ)\w{0,4} (?:the |upstream |provider |model |its )*"
    r"(?:response|answer|reply|output)",
    r"do_request_failed|do request failed|backend_connection|upstream_reset|upstream reset|"
    r"application error|读取响应|连接(?:被|已)?(?:重置|断开|关闭|中断)",
)
"""A server in between lost its connection to the next one, which may have worked and billed."""

_ANSWER_TOO_LARGE = _words(
    r"(?:response|answer|reply)\b[\w ]{0,20} (?:too (?:large|big|long)|exceed)|response ?size ?too|"
    r"maxcontentlength|(?:response|answer) (?:payload |body )?size exceed",
)
_LOST_BY_GATEWAY = _words(
    r"upstream connect error|disconnect/reset|reset by peer|econnreset|socket hang up|server "
    r"disconnected|remoteprotocolerror|do_request_failed|do request failed|read_response_body|"
    r"apiconnectionerror|prematurely closed|connection (?:reset|termination|aborted)",
)
"""Words about a lost connection between servers, at a status below 500: only unambiguous ones."""

_SLOW = _words(
    r"deadline[_ ]?exceeded|timed? ?-?out\b|timeout|context cancell?ed|request (?:was )?(?:aborted|"
    r"cancell?ed)|operation was aborted|too long to respond|timing out|(?:took|takes) (?:too long|"
    r"longer)|time limit|超时",
)
_PERMANENT = _words(
    r"convert_request_failed|invalid_api_type|invalid api type|get_channel_failed|json_marshal",
    r"channel:(?:no_available_key|param_override|header_override|model_mapped|aws_client|"
    r"invalid_key)",
    r"gen_relay_info_failed|model_price|count_token_\w{0,20}failed|bad_request_body|bind_request",
    r"invalid_relay_mode|api_not_implemented|not[_ ]implemented|unimplemented|not supported|"
    r"unsupported|(?:未|没有)配置|未实现|不支持|price (?:is )?not (?:set|configured)|misconfigur",
    r"invalid_argument|failed_precondition|badrequesterror|out_of_range",
    r"(?:decod|pars|unmarshal|bind|convert)\w{0,4} (?:the |your |this )*(?:json )?request",
)
"""A failure that would recur for the same request."""

_BUSY = _words(
    r"overload|high demand|capacity|busy|saturat|unavailable|maintenance|try again|later|retry|"
    r"demand|throttl|\bbad_response(?:_status_code)?\b|负载|饱和|繁忙|稍后|维护|not ready|"
    r"is ready|is down",
)
"""A server that accepts no requests for a while."""

_LONGEST_NOTICE = 600
_HEROKU = re.compile(r"application[ -]error", re.IGNORECASE)
_FAILED_PRECONDITION = "failed_precondition"
_PAGES = frozenset({400, 401, 403, 451})
_TIMEOUTS = frozenset({408, 460, 499, 504, 522, 524, 598, 599})
_UNREACHED = frozenset({521, 523, 525, 530})
_LOSSES = frozenset({444, 520, 527})
_INVALID = frozenset({400, 405, 415, 422})

_BY_STATUS = {
    401: ErrorCause.KEY,
    402: ErrorCause.BALANCE,
    403: ErrorCause.FORBIDDEN,
    404: ErrorCause.MODEL,
    405: ErrorCause.ADDRESS,
    407: ErrorCause.PROXY,
    410: ErrorCause.MODEL,
    413: ErrorCause.TOO_LARGE,
    424: ErrorCause.UNKNOWN_SERVER,
    415: ErrorCause.BAD_PICTURE,
    429: ErrorCause.PACE,
    451: ErrorCause.COUNTRY,
    500: ErrorCause.BROKEN,
    501: ErrorCause.NOT_OFFERED,
    502: ErrorCause.OVERLOADED,
    503: ErrorCause.OVERLOADED,
    511: ErrorCause.WEB_PAGE,
    526: ErrorCause.PERMANENT,
    529: ErrorCause.OVERLOADED,
    **dict.fromkeys(_TIMEOUTS, ErrorCause.TOO_SLOW),
    **dict.fromkeys(_UNREACHED, ErrorCause.NOT_SENT),
    **dict.fromkeys(_LOSSES, ErrorCause.LOST),
}


def cause_of(
    status: int, said: ErrorBody, *, about_choice: bool = False, wait: bool = False
) -> ErrorCause:
    """The cause of a failed response.

    Args:
        about_choice: whether the service names an option of the request, such as its size.
        wait: whether the service asks to wait before another request.
    """
    words = said.all_words
    if 300 <= status < 400:
        return ErrorCause.REDIRECTED
    if said.html or not words.strip():
        return _of_page(status, said)
    if status in (402, 407):
        return _BY_STATUS[status]
    return (
        _of_account(status, said, words)
        or (None if about_choice and status < 500 else _of_request(status, said, words))
        or _of_server(status, said, words, wait=wait)
        or _BY_STATUS.get(status)
        or (ErrorCause.UNKNOWN_SERVER if status >= 500 or status < 400 else ErrorCause.REQUEST)
    )


def _of_page(status: int, said: ErrorBody) -> ErrorCause:
    """Cause of a web page or empty body, by the proxy's status, which shows how far it got."""
    if status in _PAGES and said.html:
        return ErrorCause.WEB_PAGE
    if status == 404:
        return ErrorCause.ADDRESS
    if status == 502 or (status in (500, 503) and _HEROKU.search(said.message)):
        return ErrorCause.LOST
    unknown = ErrorCause.UNKNOWN_SERVER if status >= 500 or status < 400 else ErrorCause.REQUEST
    return _BY_STATUS.get(status, unknown)


def _of_account(status: int, said: ErrorBody, words: str) -> ErrorCause | None:
    """Causes that only the provider can remove: money, quota, key, country."""
    if _BALANCE.search(words):
        return ErrorCause.BALANCE
    if _BLOCKED.search(words):
        return ErrorCause.BLOCKED
    if _is_retirement(status, said, words):
        return ErrorCause.MODEL
    if _NO_PLAN.search(words):
        return ErrorCause.NO_QUOTA
    if status == 429 or (status in (200, 400, 403) and _LIMITED.search(words)):
        return _of_quota(said, words)
    if _COUNTRY.search(words):
        return ErrorCause.COUNTRY
    if _KEY.search(words):
        return ErrorCause.KEY
    if status in (200, 403) and "access_denied" in said.code:
        return ErrorCause.NETWORK_OF_KEY
    if _MODEL_FORBIDDEN.search(words) and status in (200, 400, 401, 403):
        return ErrorCause.MODEL_FORBIDDEN
    if status == 400 and _FAILED_PRECONDITION in words:
        return ErrorCause.COUNTRY
    return None


def _is_retirement(status: int, said: ErrorBody, words: str) -> bool:
    if status in (404, 410) and _GONE_ALONE.search(words):
        return True
    if _OTHER_GONE.search(words) or not _RETIRED.search(words):
        return False
    paced = status == 429 and (said.wait is not None or said.details or _PACED.search(words))
    return status != 401 and not paced


def is_retirement_notice(words: str, model: str) -> bool:
    """Whether these words state that the model was or will be withdrawn."""
    low = words.lower()
    named = "this model" in low or (model and model.lower() in low)
    return len(words) <= _LONGEST_NOTICE and bool(named) and _RETIRED.search(low) is not None


def _of_quota(said: ErrorBody, words: str) -> ErrorCause:
    """Causes of a status 429: everything from an empty account to a short pause."""
    if "access_denied" in said.code:
        return ErrorCause.NETWORK_OF_KEY
    if _NO_QUOTA.search(words) or "0" in said.quota_values():
        return ErrorCause.NO_QUOTA
    if _DAY.search(f"{said.quota_ids().lower()} {words}"):
        return ErrorCause.DAY
    if _MONTH.search(f"{said.quota_ids().lower()} {words}"):
        return ErrorCause.LONG_QUOTA
    named = _PACED.search(f"{said.quota_ids().lower()} {words}") or said.wait is not None
    google = said.status.upper() == "RESOURCE_EXHAUSTED" and "plan and billing" in words
    if not named and not google and _PERHAPS_BALANCE.search(words):
        return ErrorCause.BALANCE
    return ErrorCause.CONCURRENT if _CONCURRENT.search(words) else ErrorCause.PACE


def _of_request(status: int, said: ErrorBody, words: str) -> ErrorCause | None:
    """Causes that the user can remove by changing the request."""
    if _MODEL.search(words) and status in (200, 400, 403, 404, 410, 422, 500, 503):
        return ErrorCause.MODEL
    if status == 404 and (_ADDRESS.search(words) or not said.found or _is_plain_404(said)):
        return ErrorCause.ADDRESS
    if _ANSWER_TOO_LARGE.search(words):
        return ErrorCause.LOST
    if status < 500 and status not in (401, 403, 408, 429, 499):
        if _TOO_LARGE.search(words):
            return ErrorCause.TOO_LARGE
        if _BAD_PICTURE.search(words):
            return ErrorCause.BAD_PICTURE
    return None


def _is_plain_404(said: ErrorBody) -> bool:
    return re.fullmatch(r"\W*not found\W*", said.message.lower()) is not None


def _of_server(status: int, said: ErrorBody, words: str, *, wait: bool) -> ErrorCause | None:
    """Causes on the side of the service."""
    if status < 500:
        lost = status in (400, 408, 409, 424, 499) and _LOST_BY_GATEWAY.search(words)
        return ErrorCause.LOST if lost else None
    invalid = said.number in _INVALID
    if (_TOO_LARGE if invalid else _REQUEST_TOO_LARGE).search(words):
        return ErrorCause.TOO_LARGE
    if invalid and _BAD_PICTURE.search(words):
        return ErrorCause.BAD_PICTURE
    if _AFTER_SENDING.search(words):
        return ErrorCause.LOST
    if _NOT_SENT.search(words):
        return ErrorCause.NOT_SENT
    if _LOST.search(words):
        return ErrorCause.LOST
    if _SLOW.search(words):
        return ErrorCause.TOO_SLOW
    if status in (500, 502, 503) and (invalid or _PERMANENT.search(words)):
        return ErrorCause.PERMANENT
    # With this status the gateway got no valid answer, unless it reports that no server is up.
    if status == 502 and not (wait or _BUSY.search(words)):
        return ErrorCause.LOST
    return None
