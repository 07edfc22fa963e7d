# The demo city: one central server, two stations, riders, violations, content. Sourced by kiosk/run, which sets $city (its
# folder) and $bin. open_city makes what is missing; close_city stops what was started.

declare -A station_id=([a]=440902-007 [b]=440902-008)
declare -A station_name=([a]=油城六路骑手驿站 [b]=双山五路骑手驿站)
started=$SECONDS

say() { printf '\033[1m%4ds  %s\033[0m\n' $((SECONDS - started)) "$*"; }

# What went wrong, then the end of the log that tells more.
fail() {
  printf '\033[1mfailed: %s\033[0m\n' "$1" >&2
  if [ -n "${2:-}" ] && [ -s "$2" ]; then
    tail -n 12 "$2" | sed 's/^/   /' >&2
    echo "   the whole log: $2" >&2
  fi
  exit 1
}

tool() { "$bin/station-tool" "$@" 2>>"$city/log/tool.log"; }
as_administrator() { tool "$@" --profile "$city/administrator.toml"; }

start_centre() {
  local port_file=$city/centre.port
  local port=0
  [ ! -s "$port_file" ] || port=$(<"$port_file")
  rm -f "$port_file"
  # The port of last time where it is still free, so that the stations find their centre again.
  for p in "$port" 0; do
    "$bin/station-central" --data "$city/centre" --rules config --listen "127.0.0.1:$p" --ready-file "$port_file" \
      >>"$city/log/central.log" 2>&1 &
    centre_pid=$!
    for _ in {1..200}; do
      [ ! -s "$port_file" ] || break 2
      kill -0 "$centre_pid" 2>/dev/null || break
      sleep 0.05
    done
    wait "$centre_pid" 2>/dev/null || true
  done
  [ -s "$port_file" ] || fail "the central server does not start" "$city/log/central.log"
  centre=https://127.0.0.1:$(<"$port_file")
  cat >"$city/administrator.toml" <<TOML
centre = "$centre"
ca = "centre/authority/ca.crt"
token_file = "centre/administrator.token"
centre_key = "a/data/identity/centre.vkey"
TOML
}

stop_centre() {
  [ -n "${centre_pid:-}" ] || return 0
  kill "$centre_pid" 2>/dev/null || true
  wait "$centre_pid" 2>/dev/null || true
  centre_pid=
}

close_city() { stop_centre; }

# The station's configuration; its devices are simulated ones.
configure_station() {
  local dir=$city/$1
  mkdir -p "$dir/data"
  {
    printf 'data = "data"\nassets = "%s/assets"\n[centre]\nurl = "%s"\n' "$PWD" "$centre"
    cat kiosk/demo/devices.toml
  } >"$dir/station.toml"
}

enrol_station() {
  [ ! -d "$city/$1/data/identity" ] || return 0
  local id=${station_id[$1]} name=${station_name[$1]} code
  say "enrolling station $id"
  code=$(tool enrol-token --station "$id" --name "$name" --centre "$centre" --ca "$city/centre/authority/ca.crt" \
    --token-file "$city/centre/administrator.token") || fail "no enrolment code" "$city/log/tool.log"
  tool enrol --data "$city/$1/data" --code "$code" --station "$id" --name "$name" >/dev/null ||
    fail "station $id cannot enrol" "$city/log/tool.log"
}

# One violation each for the warning, the training and the throttle; the days are counted back from today.
violations() {
  local day1 day2 day3
  day1=$(date -u -d '-40 days' +%FT08:15:00Z) day2=$(date -u -d '-9 days' +%FT10:40:00Z) day3=$(date -u -d '-2 days' +%FT03:05:00Z)
  cat <<CSV
id,rider,code,at,place
V-2001,R1002,2004,$day3,油城六路与双山五路路口
V-1001,R1001,2007,$day1,光华南路与人民南路路口
V-1002,R1001,2009,$day2,油城五路
V-3001,R1003,2007,$day1,高凉中路
V-3002,R1003,2034,$day2,官渡路
V-3003,R1003,2004,$day3,西粤中路与油城八路路口
V-9999,R9999,2004,$day3,a row whose rider nobody knows
CSV
}

fill_city() {
  [ ! -e "$city/filled" ] || return 0
  say "importing riders and violations, publishing the lessons"
  as_administrator import-riders kiosk/demo/riders.csv >"$city/log/riders.txt" || fail "riders.csv was not imported" "$city/log/riders.txt"
  violations >"$city/violations.csv"
  # Status 1 says that a row was rejected; the row with the unknown rider is there to be.
  as_administrator import-violations "$city/violations.csv" >"$city/log/violations.txt" || [ $? -eq 1 ] ||
    fail "violations.csv was not imported" "$city/log/violations.txt"
  tool content pack assets -o "$city/content.pack" >/dev/null || fail "the lessons are not good" "$city/log/tool.log"
  as_administrator content publish "$city/content.pack" >/dev/null || fail "the lessons were not published" "$city/log/tool.log"
  touch "$city/filled"
}

open_city() {
  mkdir -p "$city/log"
  city=$(cd "$city" && pwd)
  say "central server"
  start_centre
  for s in a b; do
    configure_station "$s"
    enrol_station "$s"
  done
  fill_city
  say "city in $city, centre at $centre"
}
