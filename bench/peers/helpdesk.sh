#!/bin/sh
# django-helpdesk 2.6.1 from PyPI in DIR/helpdesk, and a fresh project on SQLite in HOME: its queue reads the folder
# HOME/mail and confirms to 127.0.0.1:PORT.
# usage: helpdesk.sh DIR HOME PORT
set -eu
dir=$1 home=$2 port=$3
if [ ! -e "$dir/helpdesk/.installed" ]; then
    "${PYTHON:-python3}" -m venv "$dir/helpdesk"
    "$dir/helpdesk/bin/pip" install --quiet --disable-pip-version-check 'django-helpdesk==2.6.1' 'Django==5.2.*' 'setuptools<81'
    touch "$dir/helpdesk/.installed"
fi
mkdir -p "$home/mail"
cp "$(dirname "$0")/helpdesk_settings.py" "$home/settings.py"
echo "EMAIL_PORT = $port" >>"$home/settings.py"
echo 'from django.urls import include, path; urlpatterns = [path("", include("helpdesk.urls"))]' >"$home/urls.py"
cd "$home"
export DJANGO_SETTINGS_MODULE=settings PYTHONPATH="$home"
manage="$dir/helpdesk/bin/python -m django"
$manage migrate --verbosity 0
$manage loaddata --verbosity 0 emailtemplate.json
$manage shell -c "
from helpdesk.models import Queue
Queue.objects.create(title='Orders', slug='orders', email_address='orders@shop.example', allow_email_submission=True,
    email_box_type='local', email_box_local_dir='$home/mail', email_box_interval=0,
    enable_notifications_on_email_events=True)
" >/dev/null
