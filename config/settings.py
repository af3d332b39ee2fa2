"""All settings of a Latchkey server. The environment is read here, once, and nowhere else.

docs/configuration.md lists every variable. A wrong value ends the program with one sentence.
"""

import multiprocessing
import secrets
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext

from config import databases, files, ports
from config import environment as env

django_stubs_ext.monkeypatch()  # lets Django's own classes be written as ModelAdmin[Account]

ROOT = Path(__file__).resolve().parent.parent
# Relative paths start here, wherever a command is called from.
VAR = ROOT / env.text("VAR", "var")

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

# --- environment ------------------------------------------------------------------------------

DATABASE_URL = env.text("DATABASE_URL")
EMBEDDED = not DATABASE_URL  # nothing configured: one SQLite file, ready to try
DEBUG = env.flag("DEBUG", default=False)
# Sign-up is open to everybody, to people that a moderator approves, to people with an invitation, or closed.
REGISTRATIONS = env.choice("REGISTRATIONS", ("open", "approval", "invite", "closed"), "open" if EMBEDDED else "closed")
REGISTRATIONS_OPEN = REGISTRATIONS != "closed"
MEMBERS_INVITE = env.flag("MEMBERS_INVITE", default=False)
REQUIRE_SECOND_FACTOR = env.choice("REQUIRE_SECOND_FACTOR", ("off", "moderators"), "off")
RATE_LIMITS = env.flag("RATE_LIMITS", default=True)
CACHE_URL = env.redis("CACHE_URL")

HOST, PORT = ports.HOST, ports.PORT
WORKERS = env.number("WORKERS", multiprocessing.cpu_count(), least=1, most=1024)
# Seconds until a worker that answers nothing is replaced: more than any statement of the database may take.
WORKER_TIMEOUT = env.number("WORKER_TIMEOUT", 60, least=10, most=86_400)

_own = ports.ANYWHERE.get(HOST, HOST)
BASE_URL = env.origin("BASE_URL", f"http://{f'[{_own}]' if ':' in _own else _own}:{PORT}")
_base = urlsplit(BASE_URL)
HTTPS = _base.scheme == "https"
LOCAL_DOMAIN = _base.netloc

_host = LOCAL_DOMAIN.removesuffix(f":{_base.port}")  # an IPv6 address keeps its brackets
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", f"{_host},localhost,127.0.0.1,[::1]")
# Streams have a process and a port of their own; 0 does without. Behind HTTPS a proxy joins the two.
STREAMING_PORT = ports.STREAMING_PORT
STREAMING_URL = env.origin(
    "STREAMING_URL",
    f"wss://{LOCAL_DOMAIN}" if HTTPS or not STREAMING_PORT else f"ws://{_host}:{STREAMING_PORT}",
    schemes="wss?",
)
METRICS_HOST, METRICS_PORT = ports.METRICS_HOST, ports.METRICS_PORT
LOG_FORMAT = env.choice("LOG_FORMAT", ("text", "json"), "text")
ACCESS_LOG = env.flag("ACCESS_LOG", default=False)
# Past a pooler, which would lose the LISTEN.
LISTEN_DATABASE_URL = env.url("LISTEN_DATABASE_URL", schemes="postgres(ql)?", like="postgres://user:password@host/name")

# The proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted: by default those on this machine.
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES", "127.0.0.1,::1" if HTTPS else "")

SITE_NAME = env.text("SITE_NAME", "Latchkey")
SITE_DESCRIPTION = env.text("SITE_DESCRIPTION", "A network where people decide who may follow them.")
CONTACT_EMAIL = env.text("CONTACT_EMAIL")

# --- database -----------------------------------------------------------------------------------

# NORMAL syncs the disk at a checkpoint: a power failure may take the last writes, never the order of the file.
# FULL syncs it at each commit.
SQLITE_SYNCHRONOUS = env.choice("SQLITE_SYNCHRONOUS", ("normal", "full"), "normal").upper()
# IMMEDIATE makes writers queue instead of failing half way; WAL lets readers go on meanwhile.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 5,
    "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={SQLITE_SYNCHRONOUS};",
}
# The limits of the server in seconds; 0 is no limit, as for the commands of `manage.py`. Behind a pooler, which
# shares connections, only the first is set here; the others are defaults of the role.
POSTGRESQL_TIMEOUTS = {
    "connect_timeout": env.number("DATABASE_CONNECT_TIMEOUT", 5, least=1, most=600),
    "lock_timeout": env.number("DATABASE_LOCK_TIMEOUT", 5, most=86_400),
    "statement_timeout": env.number("DATABASE_STATEMENT_TIMEOUT", 30, most=86_400),
    "idle_in_transaction_session_timeout": env.number("DATABASE_IDLE_TIMEOUT", 60, most=86_400),
}
# Frequent statements are planned once for each connection, except behind a pooler, which shares connections.
POSTGRESQL_OPTIONS = {"server_side_binding": True, "prepare_threshold": None if LISTEN_DATABASE_URL else 5}


DATABASES = databases.configured(
    DATABASE_URL or f"sqlite:///{VAR / 'latchkey.sqlite3'}",
    env.words("DATABASE_REPLICA_URLS"),
    root=ROOT,
    test_file=VAR / "test.sqlite3",
    sqlite=SQLITE_OPTIONS,
    postgresql=POSTGRESQL_OPTIONS,
)
DATABASE_REPLICAS = [alias for alias in DATABASES if alias != "default"]
DATABASE_ROUTERS = ["accounts.replicas.routing.Router"] if DATABASE_REPLICAS else []
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"  # ids fit 32 bits: Twittner clients parse int32

# --- secrets ------------------------------------------------------------------------------------

try:
    if EMBEDDED or not CACHE_URL:
        VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
    SECRET_KEY = (
        env.text("SECRET_KEY") or env.made_once(VAR / "secret_key", lambda: secrets.token_urlsafe(50))
        if EMBEDDED
        else env.secret("SECRET_KEY")
    )
    # Identifies this server to push services. All hosts need the same key. If it changes, all subscriptions end.
    VAPID_PRIVATE_KEY = env.key("VAPID_PRIVATE_KEY") or env.made_once(VAR / "vapid_key", env.new_key)
except OSError as error:
    others = "DATABASE_URL, SECRET_KEY, CACHE_URL and VAPID_PRIVATE_KEY"
    env.refuse(f"{VAR} must be writable, or {others} be set ({error.strerror}).")
PUSH_TO_PRIVATE = env.flag("PUSH_TO_PRIVATE", default=False)  # for trying push on one's own machine

# --- cache --------------------------------------------------------------------------------------

# Counters of the rate limits, shared by all processes: in Redis or Valkey, else in a file of this machine.
CACHES = {
    "default": {
        "BACKEND": "config.redis.SharedRedis" if CACHE_URL else "config.cache.SharedFile",
        "LOCATION": CACHE_URL or str(VAR / "cache.sqlite3"),
    }
}

# --- application ----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config.apps.Config",
    "accounts",
    "follows",
    "config.apps.Admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "compat_mastodon",
    "compat_twittner",
]

MIDDLEWARE = [
    *(["config.metrics.requests.Measured"] if METRICS_PORT else []),
    *(["config.access_log.Logged"] if ACCESS_LOG or LOG_FORMAT == "json" else []),
    "compat_twittner.middleware.AlwaysOk",
    "config.cors.Cors",
    "config.health.Front",
    *(["accounts.replicas.positions.Binding"] if DATABASE_REPLICAS else []),
    "config.apis.ApiMiddleware",
    "config.compression.Compressed",
    "django.middleware.security.SecurityMiddleware",
    "config.static.Files",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False  # a redirected POST loses its body

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]  # of the pages; the APIs and the admin are English
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = "config.formats"  # moments with their time zone

STATIC_URL = "/static/"
MEDIA_URL = env.url("MEDIA_URL", f"{BASE_URL}/media", like="https://media.example.org").rstrip("/") + "/"
MEDIA_ROOT = ROOT / env.text("MEDIA_ROOT", str(VAR / "media"))
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o644, 0o755  # a proxy of another user reads them
PRIVATE_ROOT = ROOT / env.text("PRIVATE_ROOT", str(VAR / "private"))
if PRIVATE_ROOT.resolve().is_relative_to(MEDIA_ROOT.resolve()):
    env.refuse(f"PRIVATE_ROOT must not lie in {MEDIA_ROOT}, whose files everybody may see.")
S3_BUCKET = env.text("S3_BUCKET")
STORAGES = files.storages(PRIVATE_ROOT) | {"staticfiles": {"BACKEND": "config.static.Versioned"}}
WHITENOISE_ROOT = ROOT / "config" / "root"  # robots.txt and favicon.ico lie at the root of the site
WHITENOISE_USE_FINDERS = True  # serves the packages' own static files without a collect step

# --- people -----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.Account"
ABSOLUTE_URL_OVERRIDES = {  # everybody has a page here but those of other servers and the suspended
    "accounts.account": lambda account: f"/@{account.username}" if account.is_active else ""
}
AUTHENTICATION_BACKENDS = ["accounts.backends.NameOrEmail"]
# The user name is unique together with the domain; the backend only signs in local accounts.
# The Mastodon API has no `iss` (W005), lets applications of a phone or terminal listen on
# http://127.0.0.1 (W008) and leaves PKCE to the client (W010). Its access token has no refresh token,
# so the circle that W011 warns of does not exist.
SILENCED_SYSTEM_CHECKS = ["auth.W004", *(f"oauth2_provider.W{n:03}" for n in (5, 8, 10, 11))]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "accounts.hashers.PHPBCryptPasswordHasher",  # of imported accounts, until they sign in
]
LOGIN_URL = "/auth/sign_in"
LOGOUT_REDIRECT_URL = "sign_in"
CSRF_FAILURE_VIEW = "config.pages.stale"

# Social logins; empty for none. The addresses differ from the providers' own only in tests.
GOOGLE_CLIENT_ID = env.text("GOOGLE_CLIENT_ID")
GOOGLE_TOKEN_API = env.url("GOOGLE_TOKEN_API", "https://oauth2.googleapis.com")
GOOGLE_USER_API = env.url("GOOGLE_USER_API", "https://openidconnect.googleapis.com")
FACEBOOK_APP_ID = env.text("FACEBOOK_APP_ID")
FACEBOOK_APP_SECRET = env.text("FACEBOOK_APP_SECRET")
FACEBOOK_API = env.url("FACEBOOK_API", "https://graph.facebook.com")
# Where push messages for the phones of Twittner apps are handed over; empty for nowhere.
PUSH_GATEWAY = env.url("PUSH_GATEWAY")
# Whether a request for a new password fails if no account has the e-mail address.
TELL_UNKNOWN_EMAIL = env.flag("TELL_UNKNOWN_EMAIL", default=True)

EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587, least=1, most=65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT", 20, least=1, most=600)  # seconds that the mail server has for a whole mail
# To try it alone, messages are printed. Where others come in they would be links to new passwords, in a log.
EMAIL_BACKEND = f"django.core.mail.backends.{'console' if EMBEDDED and not EMAIL_HOST else 'smtp'}.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", f"Latchkey <notifications@{_base.hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Whether people who sign up themselves have to follow a link that is mailed to them.
CONFIRM_EMAIL = env.flag("CONFIRM_EMAIL", default=bool(EMAIL_HOST))
if CONFIRM_EMAIL and not EMAIL_HOST and not EMBEDDED:
    env.refuse("CONFIRM_EMAIL needs a mail server; set EMAIL_HOST too.")

# --- transport ----------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_NAME = "latchkey_session"
SECURE_SSL_REDIRECT = HTTPS  # `wsgi` hears from trusted proxies what was HTTPS outside
SECURE_REDIRECT_EXEMPT = [r"^/*mobile_api/"]  # its clients never follow a redirect
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS

# Web clients call from their own pages; never with cookies. /oauth/authorize is for people alone.
CORS_ALLOW_ALL_ORIGINS = True
CORS_URLS_REGEX = r"^/(api/|oauth/(token|revoke|userinfo)/?$|\.well-known/|nodeinfo/|@[^/]+$|users/[^/]+$)"
CORS_ALLOW_METHODS = ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"]
# A wildcard names every header but Authorization; the usual ones are named for old browsers.
CORS_ALLOW_HEADERS = ["*", "Authorization", "Content-Type", "Idempotency-Key", "X-Requested-With"]
CORS_EXPOSE_HEADERS = [
    *("Link", "Mastodon-Async-Refresh", "X-RateLimit-Reset", "X-RateLimit-Limit", "X-RateLimit-Remaining"),
    "X-Request-Id",
]

REST_FRAMEWORK: dict[str, object] = {
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Latchkey for Mastodon clients",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api",
    "POSTPROCESSING_HOOKS": [],  # enums stay where they stand: to name them it would change our tables
    "SWAGGER_UI_DIST": "SIDECAR",  # the pages load nothing from other sites
    "SWAGGER_UI_SETTINGS": {"deepLinking": False},  # its links inside of buttons confuse screen readers
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENABLE_DJANGO_DEPLOY_CHECK": False,  # it would describe both APIs as one; their tests check each
}

OAUTH2_PROVIDER_APPLICATION_MODEL = "compat_mastodon.Application"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "compat_mastodon.AccessToken"  # noqa: S105  # a model, no secret
OAUTH2_PROVIDER = {
    "PKCE_REQUIRED": False,  # optional, S256 only: most clients do without
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
}

# --- log ----------------------------------------------------------------------------------------------

# Errors of the server go to stderr with their traceback. Errors of clients are not logged, because a query may
# contain a token.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "config.log.Text", "fmt": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "config.log.Json"},
    },
    "filters": {"one_line": {"()": "config.log.OneLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR", "filters": ["one_line"]},
        "django.security": {"level": "CRITICAL"},
        "config.access_log": {"level": "INFO" if ACCESS_LOG else "WARNING"},
    },
}
