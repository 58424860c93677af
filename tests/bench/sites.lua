-- wrk: hosts in turn (run.py puts the list in front), each request with a query string that was never sent before.
local base, run, n

function init()
  math.randomseed(os.time())
  base = wrk.path .. (wrk.path:find("?", 1, true) and "&" or "?") .. "fresh="
  run, n = math.random(1, 2 ^ 30), 0
end

function request()
  n = n + 1
  wrk.headers["Host"] = hosts[math.random(#hosts)]
  return wrk.format(nil, base .. run .. "-" .. n)
end
