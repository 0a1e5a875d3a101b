module wsasim

go 1.26
