"""Every setting of the installation; each value comes from the environment, then `.env`, then the default here.

A secret may also be given as a file: `NAME_FILE=/run/secrets/name`. `MODE` says which of the two ways to run this is:
`embedded` (one process, SQLite, nothing else needed) or `production`. `config/checks.py` refuses an unsafe production.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()
env.read_env(BASE_DIR / ".env")

MODE = env.str("MODE", default="embedded")
if MODE not in {"embedded", "production"}:
    raise ImproperlyConfigured(f"MODE is {MODE!r}; it must be 'embedded' or 'production'.")
EMBEDDED = MODE == "embedded"
DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
VAR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()


def _is_bare(host: str) -> bool:
    """Whether this is an IP address and no name."""
    return ":" in host or host.replace(".", "").isdigit()


def secret(name: str) -> str:
    """A secret from the environment, or, in the embedded default only, from the file that `make demo` wrote for it."""
    stored = VAR / "secrets" / name.lower()
    fallback = stored.read_text().strip() if EMBEDDED and stored.is_file() else ""
    return str(env.str(name, default=fallback))


# A second step to sign in, for every role; the demo offers it.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=not EMBEDDED)

# Where people find us. ORIGIN is the one address of the installation: scheme, host and port.
ORIGIN = env.str("ORIGIN", default="http://127.0.0.1:8000").rstrip("/")
_origin = urlsplit(ORIGIN)
if _origin.scheme not in {"http", "https"} or not _origin.hostname:
    raise ImproperlyConfigured(f"ORIGIN is {ORIGIN!r}; it must look like https://chat.example.org.")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[_origin.hostname])
CSRF_TRUSTED_ORIGINS = [ORIGIN]
# In the demo an example page of each organisation stands on another origin of the same server.
_names = ("127.0.0.1", "localhost") if _is_bare(_origin.hostname) else ("localhost", "127.0.0.1")
DEMO_SITE_ORIGIN = ORIGIN.replace(*_names) if DEMO else ""
# How many of our own proxies stand in front: only their entries in X-Forwarded-For are believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

# An unset SECRET_KEY lets `manage.py check` run and say so (config.E001); nothing is served without one.
SECRET_KEY = secret("SECRET_KEY") or "unset"
SECRET_KEY_FALLBACKS = secret("SECRET_KEY_FALLBACKS").replace(",", " ").split()  # what still counts while it is renewed
MASTER_KEYS = secret("MASTER_KEYS")
AUDIT_HEADS_DIR = env.str("AUDIT_HEADS_DIR", default="")  # signed ends of the audit logs, best on another host

INSTALLED_APPS = [
    "config", "complaints", "chat", "registration", "privacy", "helplines",
    "channels", "allauth", "allauth.account", "allauth.mfa", "axes", "csp", "django_htmx",
    "helplines.admin_config.HelplinesAdminConfig",
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
    "whitenoise.runserver_nostatic", "config.apps.OurFiles", "django.forms",
]  # fmt: skip
# Our own form widgets lie among our own templates.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "helplines.middleware.StaffScope",
    "helplines.middleware.PrivateAnswers",
    "axes.middleware.AxesMiddleware",
]
if DEMO:
    MIDDLEWARE.insert(0, "config.demo.middleware.OneOrigin")
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
_PROCESSORS = ["template.context_processors.request"] + [
    f"contrib.{name}.context_processors.{name}" for name in ("auth", "messages")
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": [f"django.{name}" for name in _PROCESSORS]},
    }
]

# Data and keys live apart, so that a backup of the one never holds the other (architecture, "Keys").
_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;",
}
DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{VAR / 'data.sqlite3'}"),
    "keys": env.db("KEYS_DATABASE_URL", default=f"sqlite:///{VAR / 'keys.sqlite3'}"),
}
for _alias, _database in DATABASES.items():
    if _database["ENGINE"].endswith("sqlite3"):
        _database |= {"OPTIONS": dict(_SQLITE), "CONN_MAX_AGE": None}
        # Several threads talk to the database in tests too: a file, never a shared memory.
        _database["TEST"] = {"NAME": str(VAR / f"test-{_alias}.sqlite3")}
    else:
        # A server that is away is waited for as long as a restart takes, and asked again at once when it is back.
        _pool = {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=24), "timeout": 5, "reconnect_timeout": 5}
        _database |= {"OPTIONS": {"pool": _pool, "connect_timeout": 3}, "ENGINE": "config.postgresql"}
# Who owns the tables: for `migrate`, `backup` and `restore` alone (docs/isolation.md).
_OWNERS = {"default": "MIGRATE_DATABASE_URL", "keys": "MIGRATE_KEYS_DATABASE_URL"}
OWNER_DATABASES = {alias: env.db(name) for alias, name in _OWNERS.items() if env.str(name, default="")}
DATABASE_ROUTERS = ["config.routers.KeysApart"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Between processes: Redis where there is one; with one process nothing is needed.
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            # redis-py's default socket timeout kills a quiet subscriber.
            "CONFIG": {
                "hosts": [{"address": REDIS_URL, "socket_timeout": None}],
                "prefix": env.str("CHANNEL_PREFIX", default="toeverlaat"),
            },
        }
    }
    _PATIENCE = {"socket_timeout": 2, "socket_connect_timeout": 2}  # a Redis that hangs holds nobody up for long
    _CACHE = "django.core.cache.backends.redis.RedisCache"
    CACHES = {"default": {"BACKEND": _CACHE, "LOCATION": REDIS_URL, "OPTIONS": _PATIENCE}}
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
    CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL or "memory://")
CELERY_TASK_IGNORE_RESULT, CELERY_TIMEZONE = True, "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP, CELERY_WORKER_HIJACK_ROOT_LOGGER = True, False
CELERY_BEAT_SCHEDULE = {
    "show-that-the-clock-runs": {"task": "config.tasks.beat", "schedule": 15.0},
    "let-go-of-the-gone": {"task": "chat.tasks.sweep_every_organisation", "schedule": 20.0},
    "keep-lifetimes": {"task": "privacy.tasks.sweep_everywhere", "schedule": 300.0},
    "carry-letters": {"task": "helplines.tasks.carry_letters", "schedule": 30.0},
    "remind-of-reports": {"task": "complaints.tasks.remind_everywhere", "schedule": 3600.0},
    "move-lots": {"task": "privacy.tasks.move_every_lot", "schedule": 300.0},
    "check-promises": {"task": "privacy.tasks.check_promises_everywhere", "schedule": 600.0},
    "watch-over-openings": {"task": "privacy.tasks.watch_over_openings", "schedule": 30.0},
    "mix-registrations": {"task": "registration.tasks.release_everywhere", "schedule": 600.0},
    "fix-figures": {"task": "registration.tasks.fix_everywhere", "schedule": 3600.0},
    "watch-over-every-log": {"task": "privacy.tasks.watch_over_every_log", "schedule": 300.0},
    "watch-for-alarms": {"task": "privacy.tasks.watch_for_alarms", "schedule": 240.0},
}

# People who work here
AUTH_USER_MODEL = "helplines.Staff"
_ALLAUTH = "allauth.account.auth_backends.AuthenticationBackend"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", _ALLAUTH]
# NIST SP 800-63B: long, not known to attackers, not made of names that anybody would try; nothing else is asked (O04).
PASSWORD_HASHERS = ["helplines.hashers.InTurn"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "helplines.passwords.LongEnough"},
    {"NAME": "helplines.passwords.NotPredictable"},
    {"NAME": "helplines.passwords.NotOfNames"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "helplines.passwords.NotBreached"},
]
# Passwords that leaked elsewhere: a sorted file with a SHA-1 in hexadecimal, or a password, on each line.
BREACHED_PASSWORDS_FILE = env.str("BREACHED_PASSWORDS_FILE", default="")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
ACCOUNT_ADAPTER = "helplines.signin.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"
# django-axes counts what failed, by person and address. A whole office behind one address must still get in.
# What allauth counts as "login_failed" are codes of the second step: whoever tries them has the password already.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,50/d/key", "login": "300/m/ip"}
ACCOUNT_FORMS = {
    "reset_password": "helplines.signin_forms.AskForLink",
    "change_password": "helplines.signin_forms.ChangePassword",
    "reset_password_from_key": "helplines.signin_forms.NewPassword",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Passkeys belong to a name: on a bare address, such as that of the demo, browsers know none.
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", *([] if _is_bare(_origin.hostname) else ["webauthn"])]
MFA_ADAPTER = "privacy.factors.SealedFactors"
MFA_FORMS = {"activate_totp": "helplines.signin_forms.SetUpApp"}
MFA_TOTP_ISSUER = "Toeverlaat"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# One colleague's mistakes never lock out another behind the same address, and a lock lifts by itself.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
# Kept of an attempt is that there was one: somebody may have typed a password where the name belongs.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "csrfmiddlewaretoken", "next"]
AXES_CLIENT_IP_CALLABLE = "helplines.signin.address_pseudonym"
AXES_USERNAME_CALLABLE = "helplines.signin.tried_username"
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_HTTP_RESPONSE_CODE = 429

# Words
LANGUAGE_CODE, LANGUAGES = "nl", [("nl", _("Dutch")), ("en", _("English"))]
# Languages in which an organisation may write, and in which all that visitors read exists (tests/test_visitor_languages.py).
CONTENT_LANGUAGES = [*LANGUAGES, ("fr", _("French")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ, TIME_ZONE, FORMAT_MODULE_PATH = True, "UTC", "config.formats"

# What a browser may do on our pages: our own files and nothing else.
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR / "static")))
_STATIC_BACKEND = "django.contrib.staticfiles.storage.StaticFilesStorage" if EMBEDDED else "config.static.HashedFiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR / "media"}},
    "staticfiles": {"BACKEND": _STATIC_BACKEND},
}
WHITENOISE_USE_FINDERS, WHITENOISE_AUTOREFRESH = EMBEDDED, False
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'", ORIGIN.replace("http", "ws", 1)],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Other sites learn nothing; with "no-referrer" a browser also hides the origin of our own forms, and they are refused.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
_ENCRYPTED = _origin.scheme == "https"
SECURE_REDIRECT_EXEMPT = ["^livez$", "^readyz$", "^metrics$"]  # asked past the proxy
SECURE_HSTS_SECONDS = 31536000 if _ENCRYPTED else 0
SECURE_SSL_REDIRECT = SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _ENCRYPTED
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _ENCRYPTED
SESSION_COOKIE_NAME = "__Host-staff" if _ENCRYPTED else "staff"
CSRF_COOKIE_NAME = "__Host-csrf" if _ENCRYPTED else "csrf"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
CSRF_FAILURE_VIEW = "config.views.csrf_failure"

# Mail
EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
OPERATOR_EMAIL: list[str] = env.list(
    "OPERATOR_EMAIL", default=[]
)  # who is told when something is wrong (docs/alarms.md)
BACKUP_HOURS = env.int("BACKUP_HOURS", default=0 if EMBEDDED else 26)  # older than this is too old; 0 tells nobody
# Whom /.well-known/security.txt names: who looks after the installation.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default=f"security@{_origin.hostname}")
OWN_MAIL_BACKEND = env.str("OWN_MAIL_BACKEND", default="django.core.mail.backends.smtp.EmailBackend")
MAIL_RECORDS = env.bool("MAIL_RECORDS", default=True)  # whether SPF, DKIM and DMARC of a sender are looked up
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"toeverlaat@{_origin.hostname}")

# The talk: limits of one socket. A text is at most 4000 characters (issue), a frame what that takes in JSON at most.
PROMISES_FRESH = env.float("PROMISES_FRESH", default=1.0)  # seconds that promises are remembered
SAY_BURST = env.int("SAY_BURST", default=20)
SAY_PER_SECOND = env.float("SAY_PER_SECOND", default=3.0)
# A desk has several talks, and says something for each of them when its line comes back.
DESK_BURST = env.int("DESK_BURST", default=80)
DESK_PER_SECOND = env.float("DESK_PER_SECOND", default=10.0)
# And of one process: sockets of visitors from one address (a whole school may stand behind one) and of one organisation,
# and talks that begin in a minute at one organisation. Whoever comes above that is closed with 4429, and waits a minute.
ADDRESS_SOCKETS = env.int("ADDRESS_SOCKETS", default=300)
ORGANISATION_SOCKETS = env.int("ORGANISATION_SOCKETS", default=3000)
ORGANISATION_STARTS = env.int("ORGANISATION_STARTS", default=300)
# Of one address: talks that begin in a minute, and visitors who wait at once for somebody to take their talk.
ADDRESS_STARTS = env.int("ADDRESS_STARTS", default=20)
ADDRESS_WAITING = env.int("ADDRESS_WAITING", default=10)
# Visitors of one process whose WebSockets are blocked, and who ask over HTTP instead.
POLL_SESSIONS = env.int("POLL_SESSIONS", default=2000)
ADDRESS_POLLS = env.int("ADDRESS_POLLS", default=200)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.Line"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
    # A request line, and a warning of Daphne's, holds an address or says where somebody looked for help: no such lines.
    # What Django refuses for safety it quotes: the page from where somebody came, the name that they asked for.
    "loggers": {name: {"level": "ERROR"} for name in ("django.request", "django.channels.server", "daphne.server")}
    | {"django.security": {"level": "CRITICAL"}},
}
