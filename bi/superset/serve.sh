#!/usr/bin/env bash
# Serves the dashboard with Apache Superset on the loopback address: serve.sh SERVING_FILE [PORT]
# SUPERSET_HOME: where Superset keeps its own data; SUPERSET_BIN: the folder of its commands.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
file=$1
port=${2:-8088}
bin=${SUPERSET_BIN:?the folder with the command superset; make superset sets it}
export SUPERSET_HOME=${SUPERSET_HOME:-$(dirname "$file")/superset}
mkdir -p "$SUPERSET_HOME"
rm -f "$SUPERSET_HOME/superset.db"  # the dashboard is code: it starts from the files of this folder
export SUPERSET_CONFIG_PATH=$here/superset_config.py FLASK_APP=superset
password=${SUPERSET_PASSWORD:-$("$bin/python" -c 'import secrets; print(secrets.token_urlsafe(12))')}
"$bin/superset" db upgrade >"$SUPERSET_HOME/log" 2>&1
"$bin/superset" fab create-admin --username admin --firstname Admin --lastname Admin --email admin@localhost.localdomain \
    --password "$password" >>"$SUPERSET_HOME/log" 2>&1
"$bin/superset" init >>"$SUPERSET_HOME/log" 2>&1
"$bin/python" "$here/dashboard.py" "$file" "$SUPERSET_HOME/dashboard.zip"
"$bin/superset" import-dashboards --path "$SUPERSET_HOME/dashboard.zip" --username admin >>"$SUPERSET_HOME/log" 2>&1
echo "Superset is at http://127.0.0.1:$port/superset/dashboard/retention/ (admin, $password) until you press Ctrl+C."
exec "$bin/superset" run --host 127.0.0.1 --port "$port" --with-threads >>"$SUPERSET_HOME/log" 2>&1
