#!/bin/sh
# Roundup 2.6.0 from PyPI in DIR/roundup, and a fresh classic tracker on SQLite in HOME whose letters go to 127.0.0.1:PORT.
# usage: roundup.sh DIR HOME PORT
set -eu
dir=$1 home=$2 port=$3
if [ ! -x "$dir/roundup/bin/roundup-admin" ]; then
    "${PYTHON:-python3}" -m venv "$dir/roundup"
    "$dir/roundup/bin/pip" install --quiet --disable-pip-version-check roundup==2.6.0
fi
admin="$dir/roundup/bin/roundup-admin -i $home"
$admin install classic sqlite >/dev/null
# Strangers may write, get a user of their own and a confirmation, as customers of an order desk do.
sed -i "s/^#\(db.security.addPermissionToRole('Anonymous', 'Email Access')\)/\1/" "$home/schema.py"
sed -i -e "/^\[tracker\]/,/^\[/ s/^#*web = .*/web = http:\/\/127.0.0.1:8917\/desk\//" \
    -e "/^\[tracker\]/,/^\[/ s/^email = .*/email = orders/" \
    -e "/^\[mail\]/,/^\[/ s/^#*domain = .*/domain = shop.example/" \
    -e "/^\[mail\]/,/^\[/ s/^#*host = .*/host = 127.0.0.1/" \
    -e "/^\[mail\]/,/^\[/ s/^port = .*/port = $port/" \
    -e "s/^messages_to_author = .*/messages_to_author = yes/" \
    -e "s/^password_pbkdf2_default_rounds = .*/password_pbkdf2_default_rounds = 10000/" "$home/config.ini"
echo y | $admin initialise benchmark >/dev/null
