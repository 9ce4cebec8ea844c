# How many dogs are to the left of the bench?
def execute_command(image):
    dogs = find(image, "dog")
    bench = find(image, "bench")[0]
    left_dogs = [dog for dog in dogs if dog.x < bench.x]
    return str(len(left_dogs))
