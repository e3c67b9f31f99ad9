module lab/web

go 1.26.0
