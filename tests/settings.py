"""The product's settings on a lane: `sqlite` is the embedded default, `postgresql` is production with Redis.

TEST_LANE chooses (sqlite when it is not set); TEST_DATABASE_URL and TEST_REDIS_URL say where the servers are.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests.lanes import POSTGRESQL, SQLITE, database_url, redis_url, run_name

LANE = os.environ.get("TEST_LANE", SQLITE)
LANE_FOLDER = Path(tempfile.mkdtemp(prefix=f"complaints-{LANE}-"))
(LANE_FOLDER / "static").mkdir()  # WhiteNoise warns where it is missing
atexit.register(shutil.rmtree, LANE_FOLDER, ignore_errors=True)
os.environ.update(
    DATA_DIR=str(LANE_FOLDER),
    DATABASE_URL=database_url() if LANE == POSTGRESQL else f"sqlite:///{LANE_FOLDER}/unused.sqlite3",
    REDIS_URL=redis_url() if LANE == POSTGRESQL else "",
    REDIS_KEY_PREFIX=f"{run_name()}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}:",
    SECRET_KEY="one-key-for-every-test-" + "s" * 30,
    PERSONAL_DATA_KEYS="personal-" + "p" * 40,
    PERSONAL_INDEX_KEY="index-" + "i" * 40,
    EVENT_CHAIN_KEY="chain-" + "c" * 40,
)
# What a developer's own environment says must not change a verdict.
for _name in (
    "DEBUG",
    "HTTPS",
    "BEHIND_PROXY",
    "ALLOWED_HOSTS",
    "RULEBOOK_PATH",
    "EMAIL_HOST",
    "STATIC_MANIFEST",
    "OIDC_ISSUER",
    "SECOND_FACTOR_ROLES",
):
    os.environ.pop(_name, None)

from complaints_site.settings import *  # noqa: E402, F403
from complaints_site.settings import DATABASES, LOGGING  # noqa: E402

_database = DATABASES["default"]
_database["CONN_MAX_AGE"] = 0  # a live server's threads would hold connections to a database that is dropped
if LANE == POSTGRESQL:
    _database["TEST"] = {"NAME": run_name()}
else:
    # A file, not memory: live servers, threads and other processes look at the same rows.
    _database["TEST"] = {"NAME": str(LANE_FOLDER / "test.sqlite3")}
    _database["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"

# Argon2 is slow on purpose; a test that logs in is not about that.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOGGING["root"]["level"] = "ERROR"
