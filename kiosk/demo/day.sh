# The scripted day in a new demo city, and what has to hold at its end. Sourced by kiosk/run after city.sh.

least_pictures=25
scripts=kiosk/demo

# kiosk STATION SCRIPT STATUS: plays one script; ends otherwise when the kiosk's status is not the expected one.
kiosk() {
  local station=$1 script=$scripts/$2.script expected=$3 status=0
  { "$bin/station-kiosk" --config "$city/$station/station.toml" --sim --headless --script "$script" --shots "$shots" \
    --trace "$city/$station/trace"; } 2>"$city/log/$2.log" || status=$?
  [ "$status" = "$expected" ] || fail "$script ended with status $status instead of $expected" "$city/log/$2.log"
}

# Every record that a kiosk acknowledged to itself, once and in order, is in the pulled log.
compare_traces() {
  local s total=0
  for s in a b; do
    local acked=$city/$s/trace pulled=$city/log/$s.seqs
    grep -o "\"station\":\"${station_id[$s]}\",\"inc\":[0-9]*,\"seq\":[0-9]*" "$city/log.ndjson" |
      sed 's/.*"inc":\([0-9]*\),"seq":\([0-9]*\)/\1 \2/' >"$pulled"
    awk '{ print $3, $4 }' "$acked" | diff -q - "$pulled" >/dev/null ||
      fail "the pulled log of station ${station_id[$s]} differs from what its kiosk committed (compare $acked and $pulled)"
    total=$((total + $(wc -l <"$acked")))
  done
  say "all $total committed records are in the pulled log, once and in order"
}

check_certificate() {
  local picture text
  picture=$(ls "$shots"/*-certificate.png | head -n 1)
  text=$(zbarimg --quiet --raw "$picture" 2>/dev/null) || fail "the QR code in $picture cannot be read"
  as_administrator verify --certificate "$text" "$city/export" >"$city/log/certificate.txt" ||
    fail "the certificate in $picture is not valid" "$city/log/certificate.txt"
  say "the certificate's QR code reads and is valid: $picture"
}

decide_recommendation() {
  local course
  course=$(as_administrator reviews | grep -o '"course":"[^"]*"' | head -n 1 | cut -d'"' -f4)
  [ -n "$course" ] || fail "no recommendation waits for a reviewer" "$city/log/tool.log"
  as_administrator add-token --role reviewer --name "demo reviewer" --token-output "$city/reviewer.token" ||
    fail "no token for a reviewer" "$city/log/tool.log"
  tool review "$course" --decision release --reason "首次出现第三次违法，先完成学习" --centre "$centre" \
    --ca "$city/centre/authority/ca.crt" --token-file "$city/reviewer.token" >/dev/null ||
    fail "the recommendation cannot be decided" "$city/log/tool.log"
}

play_day() {
  rm -rf "$city"
  shots=$city/shots
  open_city
  mkdir -p "$shots"
  shots=$city/shots
  say "1  morning at ${station_name[a]}, until the power fails in a lesson"
  kiosk a 1-morning 137
  say "2  the same station again"
  kiosk a 2-after-the-power-cut 0
  say "3  the second station, ${station_name[b]}"
  kiosk b 3-second-station 0
  say "4  afternoon at the first"
  kiosk a 4-afternoon 0
  decide_recommendation
  kiosk a 5-evening 0

  say "pulling the whole city's log"
  as_administrator pull -o "$city/log.ndjson" || fail "the log cannot be pulled" "$city/log/tool.log"
  as_administrator pull --format csv -o "$city/log.csv" || fail "the log cannot be pulled as CSV" "$city/log/tool.log"
  as_administrator export "$city/export" || fail "the log cannot be exported" "$city/log/tool.log"
  as_administrator verify "$city/export" | tee "$city/log/verdict.txt" || fail "the log is not valid" "$city/log/verdict.txt"
  compare_traces
  check_certificate
  local pictures
  pictures=$(find "$shots" -name '*.png' | wc -l)
  [ "$pictures" -ge "$least_pictures" ] || fail "only $pictures pictures; at least $least_pictures were expected in $shots"
  say "done: $pictures pictures in $shots; log, traces and verdict in $city"
}
