# What color is the cup to the right of the blue plate?
def execute_command(image):
    plate = find(image, "blue plate")[0]
    right_cups = [cup for cup in find(image, "cup") if cup.x > plate.x]
    return color_of(right_cups[0])
