"""The usual project, at its better setting: connections to the database persist. `DATABASE_URL` and `REDIS_URL` as for ours."""

import environ

env = environ.Env()
SECRET_KEY = "only-to-measure-with-and-of-no-worth-at-all-0123456789"  # noqa: S105
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "channels",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "bench.reference.apps.ReferenceConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "bench.reference.urls"
ASGI_APPLICATION = "bench.reference.asgi.application"
DATABASES = {"default": {**env.db("DATABASE_URL"), "CONN_MAX_AGE": None}}
if env.bool("POOL", default=False):
    # At its best for pages: views under ASGI make a connection each, unless Django's pool lends them one.
    DATABASES["default"] |= {"CONN_MAX_AGE": 0, "OPTIONS": {"pool": True}}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {
            "hosts": [{"address": env.str("REDIS_URL"), "socket_timeout": None}],
            "prefix": "usual",
            "capacity": 5000,
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
