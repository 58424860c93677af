-- wrk: the same request with a query string that was never sent before, so that no cache can answer it.
local base, run, n

function init()
  math.randomseed(os.time())
  base = wrk.path .. (wrk.path:find("?", 1, true) and "&" or "?") .. "fresh="
  run, n = math.random(1, 2 ^ 30), 0
end

function request()
  n = n + 1
  return wrk.format(nil, base .. run .. "-" .. n)
end
