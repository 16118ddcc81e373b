"""One settings file. What differs between machines comes from the environment, read strictly.

Without any variable this is the embedded default: SQLite, no Redis, everything below `var/`.
`DATABASE_URL` and `REDIS_URL` make it the production system; the code is the same.
"""

import json
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from environs import Env, validate

from complaints_site.lib.keys import key_of

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var")))

# ── security ─────────────────────────────────────────────────────────────────────────────────────────
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or key_of(DATA_DIR / "secret.key")
# Personal data is encrypted with the first key; the others still read (rotation). The index key finds a phone.
PERSONAL_DATA_KEYS = env.list("PERSONAL_DATA_KEYS", []) or [key_of(DATA_DIR / "personal.key")]
PERSONAL_INDEX_KEY = env.str("PERSONAL_INDEX_KEY", "") or key_of(DATA_DIR / "index.key")
EVENT_CHAIN_KEY = env.str("EVENT_CHAIN_KEY", "") or key_of(DATA_DIR / "chain.key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["*"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
HTTPS = env.bool("HTTPS", False)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked from inside, past the proxy
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = env.int("SESSION_SECONDS", 8 * 3600)
SESSION_LONGEST_SECONDS = env.int("SESSION_LONGEST_SECONDS", 12 * 3600)  # however much is worked in it
SESSION_SAVE_EVERY_REQUEST = False
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTH_USER_MODEL = "tickets.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "tickets.views.login.locked_out"
AXES_CLIENT_IP_CALLABLE = "complaints_site.lib.throttle.address_of"  # behind a proxy: what it saw
# Whoever holds one of these roles logs in with a code of their phone too; everybody may choose to.
SECOND_FACTOR_ROLES: list[str] = env.list("SECOND_FACTOR_ROLES", [])
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

# ── sign-on with the house's own accounts (OpenID Connect); empty: only staff number and password ────
OIDC_ISSUER = env.str("OIDC_ISSUER", "").rstrip("/")  # its /.well-known/openid-configuration says the rest
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_SCOPES = env.str("OIDC_SCOPES", "openid profile email")
OIDC_LABEL = env.str("OIDC_LABEL", "")  # of the button
OIDC_MAPPING = env.str("OIDC_MAPPING", "")  # a TOML file: which claim is what, and who gets which duty
if OIDC_ISSUER:  # to log out there too; a browser follows no form to another site unless this names it
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append("/".join(OIDC_ISSUER.split("/")[:3]))

# ── the house ────────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "complaints_site.apps.SiteConfig",
    "reporting",
    "escalation",
    "appeals",
    "tickets",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "rest_framework",
]
MIDDLEWARE = [
    "complaints_site.lib.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tickets.views.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "complaints_site.urls"
WSGI_APPLICATION = "complaints_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tickets.views.context.frame",
                "escalation.views.context.alerts",
            ],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── data ─────────────────────────────────────────────────────────────────────────────────────────────
DATABASES = {
    "default": dj_database_url.parse(
        env.str("DATABASE_URL", f"sqlite:///{DATA_DIR / 'complaints.sqlite3'}"),
        conn_max_age=60,
        conn_health_checks=True,
    ),
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a writer queues instead of failing half-way; WAL: readers never wait.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    # PostgreSQL would compile the many small conditions of a figure, which takes longer than to count it.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
REDIS_URL = env.str("REDIS_URL", "")
REDIS_KEY_PREFIX = env.str("REDIS_KEY_PREFIX", "complaints:")  # a Redis may serve others too
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_KEY_PREFIX,
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},  # nothing waits for a cache
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
SESSION_ENGINE = "tickets.sessions"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(DATA_DIR / "files")))
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", 20 * 1024 * 1024)
UPLOAD_SCANNER = env.str("UPLOAD_SCANNER", "")  # a command that gets the file on stdin; exit status 0 = clean
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# ── language and time ────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# ── static files ─────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "complaints_site" / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "complaints_site.lib.packaged.PackagedFinder",
]
PACKAGES_DIR = BASE_DIR / "node_modules"  # the chart library; pages show their tables where it is missing
STORAGES = {
    "default": {"BACKEND": "complaints_site.lib.whole_files.WholeFileStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if env.bool("STATIC_MANIFEST", False)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not env.bool("STATIC_MANIFEST", False)

# ── rulebooks and the watch ──────────────────────────────────────────────────────────────────────────
RULEBOOK_PATH = env.str("RULEBOOK_PATH", "")
WATCH_SECONDS = env.float("WATCH_SECONDS", 1.0)  # period of the sweep
DELIVERY_SECONDS = env.float("DELIVERY_SECONDS", 2.0)
COUNT_SECONDS = env.float("COUNT_SECONDS", 10.0)  # indicators: changed tickets are counted again

# ── celery: a broker is only a wake-up, the truth is a row ───────────────────────────────────────────
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "visibility_timeout": 60,
        "global_keyprefix": REDIS_KEY_PREFIX,
    }
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.2,
    }
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# ── mail ─────────────────────────────────────────────────────────────────────────────────────────────
EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_BACKEND = "complaints_site.lib.trust.EmailBackend"
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)  # STARTTLS, mostly on port 587
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", False)  # TLS from the first byte, mostly on port 465
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "complaints@localhost")

# ── other ways out: text messages, robots in chat groups, webhooks ───────────────────────────────────
# Where calls to other systems may go: hosts (`*.example.com` too), and networks that are none of the internet's.
OUTBOUND_HOSTS = env.list("OUTBOUND_HOSTS", ["qyapi.weixin.qq.com", "oapi.dingtalk.com"])
OUTBOUND_NETWORKS: list[str] = env.list("OUTBOUND_NETWORKS", [])
TRUSTED_CERTIFICATES = env.str("TRUSTED_CERTIFICATES", "")  # a PEM file: the house's own authority, beside the usual
DELIVERY_THREADS = env.int("DELIVERY_THREADS", 16)  # messages on their way at the same time
SMS_URL = env.str("SMS_URL", "")
SMS_HEADERS = json.loads(env.str("SMS_HEADERS", "") or "{}")
SMS_BODY = json.loads(env.str("SMS_BODY", "") or '{"to": "{to}", "text": "{text}", "id": "{key}"}')
SMS_TAKEN = json.loads(env.str("SMS_TAKEN", "") or "{}")  # what the answer holds when it was taken, as {"code": 0}
WECOM_URL = env.str("WECOM_URL", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send")
DINGTALK_URL = env.str("DINGTALK_URL", "https://oapi.dingtalk.com/robot/send")

# ── REST ─────────────────────────────────────────────────────────────────────────────────────────────
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", 60_000)  # of one token or person; 0 = no limit
API_UNKNOWN_PER_MINUTE = env.int("API_UNKNOWN_PER_MINUTE", 600)  # of one address without a valid token
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tickets.api.authentication.TokenAuthentication",
        "tickets.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["tickets.api.rendering.FastJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "tickets.api.problems.answer",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "投诉工单系统 Complaint work orders",
    "DESCRIPTION": "Tickets, actions, calls, alerts and rulebooks of the complaint work-order system.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "ENUM_NAME_OVERRIDES": {
        "ClockStateEnum": ["none", "running", "warned", "overdue", "stopped"],
        "PaperStateEnum": ["draft", "sent"],
    },
}

# ── logs and measurements ────────────────────────────────────────────────────────────────────────────
LOG_LEVEL = env.str("LOG_LEVEL", "WARNING")  # of what goes to the screen
LOG_FORMAT = env.str("LOG_FORMAT", "line", validate=validate.OneOf(["line", "json"]))
LOG_DIR = env.str("LOG_DIR", "")  # a file for each day, with a line for each request; none where it is empty
LOG_DAYS = env.int("LOG_DAYS", 190)  # the Cybersecurity Law asks for six months
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "complaints_site.lib.logs.LineFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
        "json": {"()": "complaints_site.lib.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "level": LOG_LEVEL}},
    # A request has its own line, by its route: Django's repeats the address, with whatever somebody put into it.
    "loggers": {"complaints.request": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
if LOG_DIR:
    LOGGING["handlers"]["days"] = {
        "class": "complaints_site.lib.logs.DayFiles",
        "folder": LOG_DIR,
        "days": LOG_DAYS,
        "formatter": "json",
    }
    LOGGING["root"]["handlers"].append("days")
# Who may read /metrics: a program with this token, or from these networks.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
METRICS_NETWORKS = env.list("METRICS_NETWORKS", ["127.0.0.0/8", "::1/128"])
